// The row of controls above the live picture.

import { html, useState } from "./vendor/htm-preact.module.js";

export const HELP = [
  ["space", "pause, go on"],
  [".", "next frame while paused"],
  ["s", "save a snapshot"],
  ["r", "record on, off"],
  ["a", "read an area: drag over the picture; a again: all"],
  ["d", "debug view: ink, regions, glyphs"],
  ["m", "mirror the camera's picture"],
  ["h", "these keys"],
  ["Esc", "close details, end drawing an area"],
];

const ROTATIONS = [["auto", "Rotation: auto"], ["0", "0°"], ["90", "90°"], ["180", "180°"], ["270", "270°"]];

/** Buttons with their keys, settings, and the figures of the run. */
export function Controls({ status, connected, debug, drawing, actions, onChange }) {
  const settings = status.settings;
  const button = (text, key, action, on = null) => html`
    <button type="button" class=${on ? "on" : ""} aria-pressed=${on} title="Key: ${key}" onClick=${action}>${text}</button>`;
  return html`
    <div class="controls" role="toolbar" aria-label="Live controls">
      <span class="group">
        ${button(settings.paused ? "Go on" : "Pause", "space", actions.pause, settings.paused)}
        ${settings.paused && button("Next", ".", actions.step)}
        ${button("Snapshot", "s", actions.snapshot)}
        ${button(settings.recording ? "Stop recording" : "Record", "r", actions.record, settings.recording)}
        ${button(settings.roi ? "Read all" : "Area", "a", actions.area, Boolean(settings.roi) || drawing)}
        ${button("Mirror", "m", actions.mirror, settings.mirror)}
        ${button("Debug", "d", actions.debug, debug)}
        ${button("Keys", "h", actions.help)}
      </span>
      <span class="group">
        <${Threshold} value=${settings.threshold} onChange=${(threshold) => onChange({ threshold })} />
        <${Rotation} value=${settings.rotate} onChange=${(rotate) => onChange({ rotate })} />
        ${status.models.length > 1 && html`
          <select aria-label="Model" value=${settings.model} onChange=${(event) => onChange({ model: event.target.value })}>
            ${status.models.map((name) => html`<option key=${name} value=${name} selected=${name === settings.model}>${name}</option>`)}
          </select>`}
      </span>
      <span class="figures" role="status">
        <b class="state ${connected ? status.state : "lost"}">${connected ? status.state : "no connection"}</b>
        ${connected && status.state === "running" && status.fps !== null && html`<span>${status.fps.toFixed(1)} frames/s</span>`}
        ${connected && status.age_ms !== null && html`<span title="Since the frame arrived at the server">age ${ageText(status.age_ms)}</span>`}
      </span>
    </div>`;
}

/** Choose the least score of a digit. */
export function Threshold({ value, onChange }) {
  // While the user drags the thumb, messages of the server do not move it.
  const [draft, setDraft] = useState(null);
  const shown = draft ?? value;
  const settle = async (event) => {
    await onChange(Number(event.target.value));
    setDraft(null);
  };
  return html`
    <label class="slider" title="Report digits at least this probable">Threshold <span class="value">${shown.toFixed(2)}</span>
      <input type="range" aria-label="Threshold" min="0" max="1" step="0.01" value=${shown}
        onInput=${(event) => setDraft(Number(event.target.value))} onChange=${settle} />
    </label>`;
}

/** Choose the rotation of the page; null is automatic. */
export function Rotation({ value, onChange }) {
  const text = value === null ? "auto" : String(value);
  return html`
    <select aria-label="Rotation" value=${text}
      onChange=${(event) => onChange(event.target.value === "auto" ? null : Number(event.target.value))}>
      ${ROTATIONS.map(([key, words]) => html`<option key=${key} value=${key} selected=${key === text}>${words}</option>`)}
    </select>`;
}

function ageText(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
