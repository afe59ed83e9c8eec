// Draw digits with mouse, finger or pen; they are read while they are drawn.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { sendJson } from "./api.js";
import { Bars, Gray } from "./details.js";
import { percent, sureness } from "./picture.js";
import { spoken } from "./results.js";

// Of the canvas, in its own pixels; higher on a phone, where a finger needs room.
const [WIDTH, HEIGHT] = window.innerWidth < 700 ? [600, 640] : [800, 400];
const DELAY_MS = 80; // after the first change that was not read yet

let kept = { strokes: [], pen: 14 }; // outlives the tab

/** The Draw tab. */
export function Draw() {
  const [strokes, setStrokes] = useState(kept.strokes);
  const [pen, setPen] = useState(kept.pen);
  const [result, setResult] = useState(null);
  const [problem, setProblem] = useState("");
  const [chosen, setChosen] = useState(null); // index of a region; null: the one drawn last
  const canvas = useRef(null);
  const latest = useRef({ strokes, pen });
  const busy = useRef(false);
  const stale = useRef(false);
  const timer = useRef(0);
  kept = latest.current = { strokes, pen };

  useLayoutEffect(() => paint(canvas.current, strokes, pen), [strokes, pen]);

  const read = async () => {
    if (busy.current) {
      stale.current = true;
      return;
    }
    busy.current = true;
    stale.current = false;
    const { strokes: drawn, pen: width } = latest.current;
    try {
      const whole = drawn.map((stroke) => stroke.map(([x, y]) => [Math.round(10 * x) / 10, Math.round(10 * y) / 10]));
      const found = await sendJson("POST", "draw", { strokes: whole, width: WIDTH, height: HEIGHT, pen: width });
      if (latest.current.strokes.length) setResult(found); // else it was cleared meanwhile
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
    busy.current = false;
    if (stale.current) read();
  };
  useEffect(() => {
    if (!strokes.length) {
      setResult(null);
      stale.current = false;
      clearTimeout(timer.current);
      timer.current = 0;
      return;
    }
    // Not put off by further points, or a long stroke would be read only at its end.
    timer.current ||= setTimeout(() => {
      timer.current = 0;
      read();
    }, DELAY_MS);
  }, [strokes, pen]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const undo = () => setStrokes((all) => all.slice(0, -1));
  const clear = () => {
    setStrokes([]);
    setChosen(null);
  };
  useEffect(() => {
    const press = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
        event.preventDefault();
        undo();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  const regions = strokes.length ? result?.details.regions ?? [] : [];
  const index = chosen !== null && chosen < regions.length ? chosen : lastDrawn(regions, strokes);
  const region = regions[index];
  const read_ = strokes.length ? spoken(result) : "";
  return html`
    <div class="panes">
      <div class="main-pane">
        <div class="controls">
          <span class="group">
            <button type="button" onClick=${undo} disabled=${!strokes.length} title="Ctrl+Z">Undo</button>
            <button type="button" onClick=${clear} disabled=${!strokes.length}>Clear</button>
          </span>
          <label class="slider">Pen <span class="value">${pen}</span>
            <input type="range" aria-label="Pen width" min="4" max="40" value=${pen} onInput=${(event) => setPen(Number(event.target.value))} /></label>
        </div>
        ${problem && html`<p class="banner" role="alert">${problem}</p>`}
        <div class="picture paper">
          <canvas ref=${canvas} width=${WIDTH} height=${HEIGHT} role="img" aria-label="Drawing area: draw digits with mouse, finger or pen"
            ...${pointers(setStrokes)}></canvas>
          <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" class="passive">
            ${regions.map((each, number) => html`
              <g class="digit ${each.accepted ? sureness(each.score) : "rejected"} ${number === index ? "picked" : ""}">
                <rect x=${each.box[0]} y=${each.box[1]} width=${each.box[2]} height=${each.box[3]} /></g>`)}
          </svg>
          ${!strokes.length && html`<p class="hint">Draw a digit here, or several.</p>`}
        </div>
      </div>
      <aside class="side-pane">
        <section aria-label="What was read">
          <h3>Read</h3>
          <p class="read" role="status">${read_ || (strokes.length ? (result ? "no digit" : "…") : "nothing yet")}</p>
        </section>
        ${region && html`
          <section aria-label="What the network sees">
            <h3>What the network sees</h3>
            ${regions.some((each) => !each.accepted) && html`<p class="quiet">Gray: not a digit, or not sure enough.</p>`}
            ${regions.length > 1 && html`
              <ul class="glyphs">${regions.map((each, number) => html`
                <li key=${number}><button type="button" class="plain ${each.accepted ? sureness(each.score) : "rejected"} ${number === index ? "picked" : ""}"
                  aria-label="Digit ${number + 1}: ${each.label}" onClick=${() => setChosen(number)}>
                  <${Gray} data=${each.glyph} label="" /><span>${each.label} ${percent(each.score)}</span></button></li>`)}</ul>`}
            <div class="seen">
              ${regions.length === 1 && html`<figure><${Gray} data=${region.glyph} label="The digit as the network sees it" />
                <figcaption>28×28 glyph</figcaption></figure>`}
              <${Bars} labels=${result.details.labels} probabilities=${region.probabilities} />
            </div>
          </section>`}
        ${!region && html`<p class="quiet">Each digit is scaled to 28×28 pixels, and the network gives a probability to each
          of the ten digits and to “none”.</p>`}
      </aside>
    </div>`;
}

// Mouse, finger and pen alike; the points between two events are used where the browser has them.
function pointers(setStrokes) {
  const at = (event) => {
    const box = event.target.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  };
  const add = (points) =>
    setStrokes((all) => [...all.slice(0, -1), [...all[all.length - 1], ...points]]);
  return {
    onPointerDown: (event) => {
      if (event.button !== 0 || !event.isPrimary) return; // a resting palm draws nothing
      event.preventDefault();
      event.target.setPointerCapture(event.pointerId);
      const point = at(event);
      setStrokes((all) => [...all, [point]]);
    },
    onPointerMove: (event) => {
      if (!event.target.hasPointerCapture(event.pointerId)) return;
      const events = event.getCoalescedEvents?.() ?? [];
      add((events.length ? events : [event]).map((each) => at({ target: event.target, clientX: each.clientX, clientY: each.clientY })));
    },
  };
}

function paint(canvas, strokes, pen) {
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.strokeStyle = "#111";
  context.lineWidth = pen;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(...stroke[0]);
    stroke.forEach((point) => context.lineTo(...point));
    context.stroke();
  }
}

// The region nearest to the end of the last stroke; a digit, if there is one.
function lastDrawn(regions, strokes) {
  const digits = regions.filter((each) => each.accepted);
  const among = digits.length ? digits : regions;
  return among.length ? regions.indexOf(nearest(among, strokes)) : -1;
}

function nearest(regions, strokes) {
  const stroke = strokes[strokes.length - 1];
  const [x, y] = stroke[stroke.length - 1];
  const apart = ({ box }) => Math.max(box[0] - x, x - box[0] - box[2], 0) + Math.max(box[1] - y, y - box[1] - box[3], 0);
  return regions.reduce((best, each) => (apart(each) < apart(best) ? each : best));
}
