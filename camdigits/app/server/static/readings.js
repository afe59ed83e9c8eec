// What numbers were read and when: the events of the run, and a curve of one number.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { apiUrl, getJson } from "./api.js";

const MAX_EVENTS = 1000;
const CURVE_HEIGHT = 220;
const RETRY_MS = 3000;

/** The Readings tab. */
export function Readings({ hasSource, follows }) {
  const [events, setEvents] = useState(null); // oldest first
  const [trouble, setTrouble] = useState("");
  const [track, setTrack] = useState(null);

  useEffect(() => {
    let left = false;
    const load = async () => {
      try {
        const { events: found } = await getJson(`history?limit=${MAX_EVENTS}`);
        if (!left) setEvents((now) => merged(found, now ?? []));
      } catch (error) {
        if (!left) setTrouble(error.message);
      }
    };
    let stream;
    let retry;
    const add = ({ data }) => setEvents((now) => merged(now ?? [], [JSON.parse(data)]));
    const open = () => {
      stream = new EventSource(apiUrl("events"));
      for (const kind of ["stable", "changed", "gone"]) stream.addEventListener(kind, add);
      stream.onopen = () => {
        setTrouble("");
        load(); // what happened before the stream was open
      };
      stream.onerror = () => {
        setTrouble("No connection to the server; trying again.");
        // After any answer but 200 the browser gives up for good, also where a proxy gave it.
        if (stream.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
      };
    };
    open();
    return () => {
      left = true;
      clearTimeout(retry);
      stream.close();
    };
  }, []);

  const tracks = [...new Map((events ?? []).map((each) => [keyOf(each), each])).values()];
  const shown = track ?? (tracks.length ? keyOf(tracks[tracks.length - 1]) : null);
  return html`
    <div class="readings">
      ${trouble && html`<p class="banner" role="alert">${trouble}</p>`}
      ${events === null && !trouble && html`<p class="quiet">Loading the readings.</p>`}
      ${events?.length === 0 && html`
        <section class="empty"><h2>No readings yet</h2>
          <p>${hasSource
            ? follows
              ? "A line appears here when a number is stable, changes, or is gone."
              : "These pictures are read one by one, so no number is followed; the numbers are on the Live tab."
            : "The server was started without a source, so there is nothing to follow; start it with a camera: camdigits serve 0."}</p></section>`}
      ${events?.length > 0 && html`
        <div class="controls">
          <label class="choice">Number
            <select value=${shown} onChange=${(event) => setTrack(event.target.value)}>
              ${tracks.map((each) => html`<option key=${keyOf(each)} value=${keyOf(each)} selected=${keyOf(each) === shown}>${each.text} (track ${each.track}${each.run === tracks[tracks.length - 1].run ? "" : `, run ${each.run}`})</option>`)}
            </select></label>
          <a class="button" role="button" href=${apiUrl("history?format=csv")} download="camdigits-events.csv">CSV</a>
        </div>
        <${Curve} events=${events.filter((each) => keyOf(each) === shown)} />
        <div class="scrolls tall"><table class="small">
          <thead><tr><th scope="col">Time</th><th scope="col">Event</th><th scope="col">Number</th><th scope="col">Before</th><th scope="col">Score</th><th scope="col">Track</th></tr></thead>
          <tbody aria-live="polite">
            ${events.toReversed().map((each) => html`
              <tr key=${each.id}>
                <td class="figure">${timeText(each.at)}</td><td>${each.event}</td><td class="figure large">
                  <button type="button" class="plain" title="Show its curve" onClick=${() => setTrack(keyOf(each))}>${each.text}</button></td>
                <td class="figure">${each.was ?? ""}</td><td class="figure">${each.score.toFixed(2)}</td><td>${each.track}</td>
              </tr>`)}
          </tbody>
        </table></div>`}
    </div>`;
}

// Tracks count from 1 in each run of the server; a history file has many.
function keyOf({ run, track }) {
  return `${run}-${track}`;
}

function Curve({ events }) {
  const holder = useRef(null);
  const plot = useRef(null);
  const [ready, setReady] = useState(Boolean(window.uPlot));
  const [failed, setFailed] = useState(false);
  const size = useRef(null);
  useEffect(() => {
    if (!ready) loadPlot().then(() => setReady(true), () => setFailed(true));
    return () => {
      size.current?.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => {
    if (!ready || !holder.current) return;
    const data = seriesOf(events);
    if (plot.current) {
      plot.current.setData(data);
      return;
    }
    const style = getComputedStyle(holder.current);
    const axis = { stroke: style.color, grid: { stroke: style.borderTopColor } };
    plot.current = new window.uPlot(
      {
        width: holder.current.clientWidth,
        height: CURVE_HEIGHT,
        legend: { show: false },
        scales: { y: { range: (_, low, high) => (low === high ? [low - 1, high + 1] : [low, high]) } },
        axes: [axis, { ...axis, size: 80 }],
        series: [{}, { stroke: "#0072b2", width: 2, paths: window.uPlot.paths.stepped({ align: 1 }), points: { show: true, size: 6 } }],
      },
      data,
      holder.current,
    );
    size.current = new ResizeObserver(() => plot.current.setSize({ width: holder.current.clientWidth, height: CURVE_HEIGHT }));
    size.current.observe(holder.current);
  }, [ready, events]);
  return html`<div class="curve" ref=${holder} role="img" aria-label="Curve of the chosen number over time; the table below has its values">
    ${!ready && html`<p class="quiet">${failed ? "The curve did not load; reload the page." : "Loading the curve."}</p>`}</div>`;
}

// Values over time; the curve ends where the number is gone, and reaches until now where it is not.
function seriesOf(events) {
  const times = [];
  const values = [];
  for (const each of events) {
    times.push(each.at);
    values.push(each.event === "gone" ? null : Number(each.text));
  }
  const last = events[events.length - 1];
  if (last && last.event !== "gone") {
    times.push(Math.max(Date.now() / 1000, last.at + 1));
    values.push(Number(last.text));
  }
  return [times, values];
}

function loadPlot() {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("vendor/uPlot.min.css", import.meta.url).href });
  document.head.append(sheet);
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: new URL("vendor/uPlot.iife.min.js", import.meta.url).href, onload: done, onerror: failed });
    document.head.append(script);
  });
}

function merged(first, second) {
  const all = new Map([...first, ...second].map((each) => [each.id, each]));
  return [...all.values()].sort((a, b) => a.id - b.id).slice(-MAX_EVENTS);
}

function timeText(seconds) {
  const date = new Date(1000 * seconds);
  // On a phone the date of today would take four lines of each row.
  if (date.toDateString() === new Date().toDateString()) return date.toLocaleTimeString();
  return `${date.toLocaleDateString(undefined, { dateStyle: "medium" })} ${date.toLocaleTimeString()}`;
}
