"""Describe the server to Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from camdigits import __version__
from camdigits.app.server.site import Site

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render_metrics(site: Site) -> bytes:
    """Return the metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_SiteCollector(site))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _SiteCollector(Collector):
    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its present value."""
        site, moment = self._site, self._site.latest.moment
        live = site.live
        build = GaugeMetricFamily("camdigits_info", "Version", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        up = float(live.state in ("running", "paused"))
        yield GaugeMetricFamily("camdigits_source_up", "1 while the source is there", value=up)
        yield CounterMetricFamily(
            "camdigits_results",
            "Live results, frames read again included",
            value=moment.seq if moment else 0,
        )
        yield CounterMetricFamily(
            "camdigits_reads", "Pictures and drawings read for visitors", value=site.reads
        )
        yield CounterMetricFamily(
            "camdigits_events", "Number events of this run", value=site.history.count
        )
        yield GaugeMetricFamily("camdigits_viewers", "Open viewers", value=site.viewers.count)
        yield GaugeMetricFamily(
            "camdigits_fps", "Live results per second", value=live.status.speed.fps or 0.0
        )
        if moment is None:
            return
        yield GaugeMetricFamily(
            "camdigits_frame_age_seconds", "Age of the newest frame", value=moment.age_ms() / 1000
        )
        yield GaugeMetricFamily(
            "camdigits_digits", "Digits in the newest frame", value=len(moment.result.digits)
        )
        stages = GaugeMetricFamily(
            "camdigits_stage_seconds", "Median time of each stage", labels=["stage"]
        )
        for stage, times in live.status.speed.stages.items():
            stages.add_metric([stage], times.median_ms / 1000)
        yield stages
