// What the network saw: a glyph, the probability of each label, and its first-layer maps.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { bytesOf, sendJson } from "./api.js";
import { percent, sureness } from "./picture.js";

const SIDE = 28;
const MAPS_MS = 1500; // chosen: how often the maps of a live digit are computed

/** Show gray bytes as a magnified picture. */
export function Gray({ data, width = SIDE, height = SIDE, label }) {
  const canvas = useRef(null);
  useLayoutEffect(() => {
    const bytes = bytesOf(data);
    const context = canvas.current.getContext("2d");
    const image = context.createImageData(width, height);
    bytes.forEach((value, index) => image.data.set([value, value, value, 255], 4 * index));
    context.putImageData(image, 0, 0);
  }, [data]);
  return html`<canvas ref=${canvas} class="gray" width=${width} height=${height} role="img" aria-label=${label}></canvas>`;
}

/** Show the probability of each label as bars. */
export function Bars({ labels, probabilities }) {
  const best = Math.max(...probabilities);
  return html`
    <table class="bars">
      <caption class="hidden">Probability of each label</caption>
      <tbody>
        ${labels.map((label, index) => html`
          <tr key=${label} class=${probabilities[index] === best ? "best" : ""}>
            <th scope="row">${label}</th>
            <td><span class="bar" style=${{ width: `${100 * probabilities[index]}%` }}></span></td>
            <td class="figure">${(100 * probabilities[index]).toFixed(1)} %</td>
          </tr>`)}
      </tbody>
    </table>`;
}

/** Show everything about one region. */
export function Details({ region, labels, digit, onClose }) {
  return html`
    <section class="details" aria-label="Details of a digit">
      <header>
        <h3>${digit ? digit.label : region?.label ?? "?"}${digit?.track ? html` <small>track ${digit.track}</small>` : ""}</h3>
        ${onClose && html`<button type="button" class="plain" onClick=${onClose} aria-label="Close the details">Close</button>`}
      </header>
      ${!region && html`<p class="quiet">Waiting for a frame with details; the digit may be gone.</p>`}
      ${region && html`
        <div class="seen">
          <figure>
            <${Gray} data=${region.glyph} label="The digit as the network sees it" />
            <figcaption>28×28 glyph</figcaption>
          </figure>
          <${Bars} labels=${labels} probabilities=${region.probabilities} />
        </div>
        <p class="quiet">Box ${region.box.join(", ")} (x, y, width, height).</p>
        <${Maps} glyph=${region.glyph} />`}
    </section>`;
}

/** Show the glyphs of all regions with their labels. */
export function GlyphGrid({ regions, picked, onPick }) {
  return html`
    <ul class="glyphs" aria-label="Glyphs of all regions">
      ${regions.map((each, index) => html`
        <li key=${index}>
          <button type="button" class="plain ${each.accepted ? sureness(each.score) : "rejected"} ${picked === index ? "picked" : ""}"
            onClick=${() => onPick(index)} aria-label="${each.label}, ${percent(each.score)}">
            <${Gray} data=${each.glyph} label="" />
            <span>${each.label} ${percent(each.score)}</span>
          </button>
        </li>`)}
    </ul>`;
}

function Maps({ glyph }) {
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState("");
  const last = useRef(0);
  useEffect(() => {
    let left = false;
    const wait = Math.max(0, last.current + MAPS_MS - Date.now());
    const timer = setTimeout(async () => {
      last.current = Date.now();
      try {
        const maps = await sendJson("POST", "maps", { glyph });
        if (!left) setFound(maps);
      } catch (error) {
        if (!left) setProblem(error.message);
      }
    }, found ? wait : 0);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [glyph]);
  if (problem) return html`<p class="quiet">${problem}</p>`;
  if (!found) return html`<p class="quiet">Computing the first layer…</p>`;
  if (!found.maps.length) return html`<p class="quiet">This model has no convolution.</p>`;
  return html`
    <figure class="maps">
      <div>${found.maps.map((data, index) => html`
        <${Gray} key=${index} data=${data} width=${found.width} height=${found.height} label="Map ${index + 1}" />`)}</div>
      <figcaption>${found.maps.length} feature maps of the first layer</figcaption>
    </figure>`;
}
