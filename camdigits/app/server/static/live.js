// The live picture of the server's camera, its controls, and what was read in it.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { apiUrl, bytesOf, sendJson } from "./api.js";
import { LiveConnection } from "./connection.js";
import { Controls, HELP } from "./controls.js";
import { Details, GlyphGrid } from "./details.js";
import { Picture, tipOf } from "./picture.js";
import { Numbers, spoken } from "./results.js";

const MAX_WIDTH = 1920;

/** The Live tab. */
export function Live({ initial, onToken }) {
  const [status, setStatus] = useState(initial);
  const [view, setView] = useState(null); // { image, result, details }
  const [trouble, setTrouble] = useState("Connecting to the server.");
  const [problem, setProblem] = useState(""); // of the last command
  const [debug, setDebug] = useState(false);
  const [drawing, setDrawing] = useState(false);
  const [help, setHelp] = useState(false);
  const [picked, setPicked] = useState(null); // track or index of a digit; in the debug view a region
  const [pointed, setPointed] = useState(false);
  const connection = useRef(null);
  const wants = useRef({});
  const holder = useRef(null);
  wants.current = { details: pointed || picked !== null, debug };

  useEffect(() => {
    if (initial.state === "none") return undefined;
    connection.current = new LiveConnection(
      () => ({ ...wants.current, width: pixelWidth(holder.current) }),
      async (message, bitmap) => {
        setStatus(message.status);
        if (!bitmap) return;
        // Without its ink the frame is shown: the next one is requested only when one is painted.
        const ink = message.details?.ink ? await inkPicture(message).catch(() => null) : null;
        setView({ image: ink ?? bitmap, isInk: ink !== null, result: message.result, details: message.details });
      },
      (text, tokenNeeded) => {
        setTrouble(text);
        if (tokenNeeded) onToken();
      },
    );
    return () => connection.current.close();
  }, []);

  const change = async (settings) => {
    try {
      const all = await sendJson("PATCH", "settings", settings);
      setStatus((now) => ({ ...now, settings: all }));
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  };
  const settings = status.settings;
  const actions = {
    pause: () => change({ paused: !settings.paused }),
    step: () => settings.paused && sendJson("POST", "step", {}).catch((error) => setProblem(error.message)),
    snapshot: () => saveSnapshot(),
    record: () => change({ recording: !settings.recording }),
    area: () => {
      if (settings.roi) change({ roi: null });
      setDrawing(!settings.roi && !drawing);
      setDebug(false);
    },
    debug: () => {
      setDebug(!debug);
      setPicked(null);
      setDrawing(false);
    },
    mirror: () => change({ mirror: !settings.mirror }),
    help: () => setHelp(!help),
    escape: () => {
      setPicked(null);
      setDrawing(false);
      setHelp(false);
    },
  };
  useKeys(actions);

  if (initial.state === "none") return html`<${NoCamera} />`;
  const result = view?.result;
  const regions = view?.details?.regions ?? [];
  const isDebug = debug && view?.isInk;
  const digits = result?.digits ?? [];
  const digitIndex = picked === null ? -1 : digits.findIndex((each, index) => (each.track ?? `i${index}`) === picked);
  const region = isDebug ? regions[picked] : regions.find((each) => each.digit === digitIndex && digitIndex >= 0);
  const tip = (index) => tipOf(isDebug ? regions[index] : regions.find((each) => each.digit === index), view?.details);
  const message = stateText(status, trouble, view);
  return html`
    <div class="panes" ref=${holder}>
      <div class="main-pane" onPointerEnter=${() => setPointed(true)} onPointerLeave=${() => setPointed(false)}>
        <${Controls} status=${status} connected=${!trouble} debug=${debug} drawing=${drawing} actions=${actions} onChange=${change} />
        ${message && html`<p class="banner" role="alert">${message}</p>`}
        ${problem && html`<p class="banner" role="alert">${problem}</p>`}
        ${help && html`<${Help} onClose=${actions.help} />`}
        ${view
          ? html`<${Picture} image=${view.image} result=${result} regions=${isDebug ? regions : null}
              picked=${isDebug ? picked : digitIndex} tip=${tip} label="Live picture, ${digits.length} digits"
              onPick=${(index) => setPicked(isDebug ? index : digits[index].track ?? `i${index}`)}
              area=${isDebug ? null : settings.roi} onDrawn=${() => connection.current?.next()}
              onArea=${drawing ? (box) => { setDrawing(false); change({ roi: box }); } : null} />`
          : html`<div class="picture waiting"><p>${trouble || "Waiting for the first picture."}</p></div>`}
        ${drawing && html`<p class="banner calm" role="status">Drag over the part of the picture that is to be read.</p>`}
        ${isDebug && html`<${GlyphGrid} regions=${regions} picked=${picked} onPick=${setPicked} />`}
      </div>
      <aside class="side-pane">
        ${picked !== null && html`<${Details} region=${region} digit=${isDebug ? null : digits[digitIndex]}
          labels=${view?.details?.labels ?? []} onClose=${() => setPicked(null)} />`}
        <section aria-label="Numbers">
          <h3>Numbers</h3>
          <${Numbers} result=${result} empty=${view ? "No digits in the picture." : "Nothing read yet."} />
          <p class="hidden" aria-live="polite">${spoken(result)}</p>
        </section>
        ${status.files.length > 0 && html`
          <section aria-label="Recordings"><h3>Recordings</h3>
            <ul>${status.files.map((name) => html`<li key=${name}><a href=${apiUrl(`files/${encodeURIComponent(name)}`)} download>${name}</a></li>`)}</ul>
          </section>`}
      </aside>
    </div>`;
}

function NoCamera() {
  return html`
    <section class="empty">
      <h2>No camera</h2>
      <p>The server was started without a source. Start it with one, for example <code>camdigits serve 0</code> for the
        first camera or <code>camdigits serve demo</code>.</p>
      <p>Meanwhile you can <a href="#photo">read a photo</a>, <a href="#draw">draw a digit</a> or${" "}
        <a href="#camera">use this device's camera</a>.</p>
    </section>`;
}

function Help({ onClose }) {
  return html`
    <section class="help" aria-label="Keys">
      <header><h3>Keys</h3><button type="button" class="plain" onClick=${onClose}>Close</button></header>
      <dl>${HELP.map(([key, text]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>
    </section>`;
}

function stateText(status, trouble, view) {
  if (trouble && view) return trouble;
  switch (status.state) {
    case "starting": return status.problem || "Waiting for the camera's first picture.";
    case "lost": return `The camera is lost: ${status.problem}. The picture below is the last one.`;
    case "failed": return `The live run has stopped: ${status.problem}`;
    case "ended": return status.follows ? "The end of the file; this is its last picture." : "This is the last picture.";
    default: return "";
  }
}

// The ink mask in the size of the frame; only the area that was read has ink.
async function inkPicture({ result, details }) {
  const bytes = bytesOf(details.ink.slice(details.ink.indexOf(",") + 1));
  const mask = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(result.width, result.height);
  const context = canvas.getContext("2d");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(mask, ...(details.area ?? [0, 0, result.width, result.height]));
  return createImageBitmap(canvas);
}

function saveSnapshot() {
  const link = document.createElement("a");
  link.href = new URL("snapshot.jpg?overlay=1", document.baseURI).href;
  link.download = `camdigits-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}.jpg`;
  link.click();
}

function pixelWidth(element) {
  const width = (element?.clientWidth ?? 960) * (window.devicePixelRatio || 1);
  return Math.min(MAX_WIDTH, Math.max(320, Math.round(width)));
}

// A control keeps the focus after a click; only the keys that it needs itself belong to it. A digit
// takes Enter alone, so that space pauses after a click on one.
function isOwnKey({ target, key }) {
  if (target.closest("select, textarea, input:not([type=range])")) return true;
  return key === " " && target.closest("button, a") !== null;
}

function useKeys(actions) {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const names = { " ": "pause", ".": "step", s: "snapshot", r: "record", a: "area", d: "debug", m: "mirror", h: "help", Escape: "escape" };
    const press = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key !== "Escape" && isOwnKey(event)) return;
      const name = names[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!name) return;
      event.preventDefault();
      latest.current[name]();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
