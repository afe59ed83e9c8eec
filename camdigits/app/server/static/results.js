// Numbers and digits of a result as tables, and as files to download.

import { html } from "./vendor/htm-preact.module.js";
import { percent, sureness } from "./picture.js";

const CSV_COLUMNS = ["source", "frame", "time_s", "label", "score", "x", "y", "width", "height", "number",
  "number_id", "complete", "ts"];

/** List the numbers of a result; single digits too. */
export function Numbers({ result, empty }) {
  const numbers = result?.numbers ?? [];
  if (!numbers.length) return html`<p class="quiet">${empty ?? "No digits found."}</p>`;
  return html`
    <div class="scrolls tall"><table class="numbers">
      <thead><tr><th scope="col">Number</th><th scope="col">Score</th>
        ${numbers.some((each) => each.track !== null) && html`<th scope="col">Track</th>`}</tr></thead>
      <tbody>
        ${numbers.map((each) => html`
          <tr key=${each.track ?? each.digits.join("-")}>
            <td class="figure large">${each.text}</td>
            <td class="score ${sureness(each.score)}">${percent(each.score)}</td>
            ${each.track !== null && html`<td class="quiet">${each.track}</td>`}
          </tr>`)}
      </tbody>
    </table></div>`;
}

/** List the digits of a result; a click on one picks it. */
export function DigitTable({ result, onPick }) {
  return html`
    <div class="scrolls"><table class="small">
      <thead><tr><th scope="col">Digit</th><th scope="col">Score</th><th scope="col">x</th><th scope="col">y</th>
        <th scope="col">width</th><th scope="col">height</th></tr></thead>
      <tbody>
        ${result.digits.map((each, index) => html`
          <tr key=${index}>
            <td><button type="button" class="plain link" onClick=${() => onPick(index)}>${each.label}</button></td>
            <td class="score ${sureness(each.score)}">${percent(each.score)}</td>
            ${each.box.map((side) => html`<td class="figure">${side}</td>`)}
          </tr>`)}
      </tbody>
    </table></div>`;
}

/** Return the numbers of a result as one line of text. */
export function spoken(result) {
  return (result?.numbers ?? []).map((each) => each.text).join(", ");
}

/** Return one CSV row per digit, as `camdigits image --csv` writes them. */
export function csvOf(result, source) {
  const numberOf = new Map(result.numbers.flatMap((each, index) =>
    each.digits.map((digit) => [digit, [each.text, each.track ?? index + 1, Number(each.complete)]])));
  const now = new Date().toISOString();
  const rows = result.digits.map((each, index) => [
    source, result.frame, result.time_s, each.label, each.score, ...each.box,
    ...(numberOf.get(index) ?? ["", "", ""]), now,
  ]);
  return [CSV_COLUMNS, ...rows].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}

/** Offer a file for download. */
export function download(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function quoted(value) {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
