// A picture with what was read drawn over it: canvas below, SVG above, in pixels of the frame.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.module.js";

const MIN_TEXT_PX = 11;
const MAX_TEXT_PX = 18;
const MIN_LABELLED_PX = 26; // smaller digits of a number are labelled by the number alone
const TEXT_WIDTH = 0.62; // of a character, in the height of the text
const TAG_HEIGHT = 1.25; // of a label, in the height of its text
const MIN_AREA_PX = 8; // as the server has it

/** Return the class of a score: sure, doubtful or unsure. */
export function sureness(score) {
  if (score >= 0.9) return "sure";
  return score >= 0.6 ? "doubtful" : "unsure";
}

/** Format a probability as whole percent, at most 99 %. */
export function percent(score) {
  return score === null ? "?" : `${Math.min(99, Math.round(100 * score))}%`;
}

/** Return the best three labels of a region with their probabilities; null without one. */
export function tipOf(region, details) {
  if (!region) return null;
  return region.probabilities
    .map((value, index) => [value, details.labels[index]])
    .sort((a, b) => b[0] - a[0])
    .slice(0, 3)
    .map(([value, label]) => `${label}  ${(100 * value).toFixed(1)} %`);
}

/** Show a picture with digits, numbers or regions over it.
 *
 * `image`: anything that drawImage takes; `result`: of that picture; `regions`: drawn in place of
 * the digits; `onPick(index)`: a digit or region was clicked; `picked`: its index; `area`: the part
 * that is read; `onArea(box)`: switches drawing an area on; `onDrawn`: called when it is painted.
 */
export function Picture({ image, result, regions, onPick, picked, area, onArea, onDrawn, label, tip }) {
  const canvas = useRef(null);
  const frame = useRef(null);
  const [scale, setScale] = useState(1);
  const [pointed, setPointed] = useState(null); // key of the mark under the pointer or with the focus
  const width = result?.width ?? image?.width ?? 16;
  const height = result?.height ?? image?.height ?? 9;

  useLayoutEffect(() => {
    if (!canvas.current || !image) return;
    if (canvas.current.width !== image.width || canvas.current.height !== image.height) {
      canvas.current.width = image.width;
      canvas.current.height = image.height;
    }
    canvas.current.getContext("2d").drawImage(image, 0, 0);
    onDrawn?.();
  }, [image]);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setScale(entry.contentRect.width / width || 1));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [width]);

  const marks = regions
    ? regions.map((each) => ({ ...each, kind: each.accepted ? sureness(each.score) : "rejected" }))
    : (result?.digits ?? []).map((each) => ({
        ...each,
        kind: each.missed_s > 0.4 ? "rejected" : sureness(each.score),
      }));
  const numbers = regions ? [] : (result?.numbers ?? []).filter((each) => each.digits.length > 1 || each.marks?.length || each.unread?.length);
  const signs = regions ? [] : result?.marks ?? [];
  const text = textSize(marks, scale) / scale;
  const line = 2 / scale;
  const rotation = result?.rotation ?? 0;
  const labels = labelsOf(marks, numbers, { text, line, rotation, size: [width, height], small: medianSide(marks) * scale < MIN_LABELLED_PX && !regions });
  const tags = numberTags(numbers, marks, labels, text, line, [width, height]);

  return html`
    <div class="picture" ref=${frame}>
      <canvas ref=${canvas} width=${width} height=${height} role="img" aria-label=${label}></canvas>
      <svg viewBox="0 0 ${width} ${height}" class=${onArea ? "drawing" : ""}>
        ${numbers.map((each) => html`<${NumberBox} box=${each.box} pad=${1.5 * line} />`)}
        ${signs.map((each) => html`<${SignBox} box=${each.box} kind="sign" />`)}
        ${numbers.flatMap((each) => each.unread ?? []).map((box) => html`<${SignBox} box=${box} kind="unread" />`)}
        ${marks.map((mark, index) => html`
          <${DigitMark} key=${keyOf(mark, index)} mark=${mark} label=${labels[index]} text=${text} picked=${picked === index}
            onPoint=${(on) => setPointed(on ? keyOf(mark, index) : null)} onPick=${onPick ? () => onPick(index) : null} />`)}
        ${tags.map((each) => html`<${Tag} ...${each} text=${text} kind="number" />`)}
        ${tip && marks.map((mark, index) => keyOf(mark, index) === pointed && html`
          <${Tip} box=${mark.box} lines=${tip(index) || [`${mark.label} ${percent(mark.score)}`]} text=${MAX_TEXT_PX / scale} bounds=${[width, height]} />`)}
        ${area && html`<path class="outside" d=${outside(area, width, height)} />
          <rect class="area" x=${area[0]} y=${area[1]} width=${area[2]} height=${area[3]} />`}
        ${onArea && html`<${AreaDrawing} width=${width} height=${height} onArea=${onArea} />`}
      </svg>
    </div>`;
}

function keyOf(mark, index) {
  return mark.track ?? `i${index}`;
}

function DigitMark({ mark, label, text, picked, onPoint, onPick }) {
  const [x, y, width, height] = mark.box;
  const press = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    onPick();
  };
  return html`
    <g class="digit ${mark.kind} ${picked ? "picked" : ""}" onClick=${onPick} onKeyDown=${onPick && press}
      onPointerEnter=${() => onPoint(true)} onPointerLeave=${() => onPoint(false)}
      onFocus=${() => onPoint(true)} onBlur=${() => onPoint(false)}
      tabindex=${onPick ? 0 : null} role=${onPick ? "button" : null}
      aria-label="${mark.label}, ${percent(mark.score)}">
      <rect x=${x} y=${y} width=${width} height=${height} />
      ${label && html`<${Tag} ...${label} text=${text} />`}
    </g>`;
}

// The best labels of the digit under the pointer, beside it.
function Tip({ box: [x, y, width, height], lines, text, bounds }) {
  const wide = (Math.max(...lines.map((each) => each.length)) * TEXT_WIDTH + 1) * text;
  const high = (lines.length * 1.3 + 0.5) * text;
  const right = x + width + 0.5 * text;
  const left = right + wide <= bounds[0] ? right : x - 0.5 * text - wide;
  const top = clamp(y + height / 2 - high / 2, bounds[1] - high);
  return html`
    <g class="tip">
      <rect x=${left} y=${top} width=${wide} height=${high} rx=${0.25 * text} />
      ${lines.map((words, row) => html`
        <text key=${row} x=${left + 0.5 * text} y=${top + (row * 1.3 + 1.15) * text} font-size=${text}>${words}</text>`)}
    </g>`;
}

function SignBox({ box: [x, y, width, height], kind }) {
  return html`<rect class=${kind} x=${x} y=${y} width=${width} height=${height} />`;
}

function NumberBox({ box: [x, y, width, height], pad }) {
  const around = { x: x - pad, y: y - pad, width: width + 2 * pad, height: height + 2 * pad };
  return html`<g class="number"><rect class="halo" ...${around} /><rect ...${around} /></g>`;
}

function Tag({ words, box: [x, y, width, height], text, kind }) {
  return html`
    <g class=${kind}>
      <rect class="tag" x=${x} y=${y} width=${width} height=${height} rx=${0.2 * text} />
      <text x=${x + width / 2} y=${y + 0.95 * text} font-size=${text}>${words}</text>
    </g>`;
}

function AreaDrawing({ width, height, onArea }) {
  const [start, setStart] = useState(null);
  const [end, setEnd] = useState(null);
  const at = (event) => {
    const box = event.currentTarget.ownerSVGElement.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
  };
  const down = (event) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setStart(at(event));
    setEnd(at(event));
  };
  const up = (event) => {
    const box = boxOf(start, at(event), width, height);
    setStart(null);
    if (box[2] >= MIN_AREA_PX && box[3] >= MIN_AREA_PX) onArea(box);
  };
  const drawn = start && boxOf(start, end, width, height);
  return html`
    ${drawn && html`<rect class="area" x=${drawn[0]} y=${drawn[1]} width=${drawn[2]} height=${drawn[3]} />`}
    <rect class="catcher" x="0" y="0" width=${width} height=${height} onPointerDown=${down}
      onPointerMove=${(event) => start && setEnd(at(event))} onPointerUp=${(event) => start && up(event)} />`;
}

function boxOf(start, end, width, height) {
  const [x, right] = [start[0], end[0]].map((each) => clamp(Math.round(each), width)).sort((a, b) => a - b);
  const [y, bottom] = [start[1], end[1]].map((each) => clamp(Math.round(each), height)).sort((a, b) => a - b);
  return [x, y, right - x, bottom - y];
}

// Text that fits the digits on the screen, so that labels do not hide neighbours.
function textSize(marks, scale) {
  return Math.max(MIN_TEXT_PX, Math.min(MAX_TEXT_PX, 0.4 * medianSide(marks) * scale));
}

function medianSide(marks) {
  const sides = marks.map((each) => Math.max(each.box[2], each.box[3])).sort((a, b) => a - b);
  return sides[Math.floor(sides.length / 2)] ?? 0;
}

// One label per mark, or null; all digits of a number have their scores, or none has.
function labelsOf(marks, numbers, { text, line, rotation, size, small }) {
  const wordsOf = (mark) => `${mark.label === "none" ? "" : mark.label} ${percent(mark.score)}`.trim();
  const fits = (index) => tagWidth(wordsOf(marks[index]), text) <= roomOf(marks, index);
  const numberOf = new Map(numbers.flatMap((each) => each.digits.map((index) => [index, each])));
  return marks.map((mark, index) => {
    const number = numberOf.get(index);
    if (small && number) return null;
    const full = (number?.digits ?? [index]).every(fits);
    const words = full ? wordsOf(mark) : mark.label;
    if (words === "none") return null;
    const tag = [tagWidth(words, text), TAG_HEIGHT * text];
    return { words, box: [...labelCorner(mark.box, tag, 1.5 * line, rotation, size), ...tag] };
  });
}

// Where the tag of each number hides neither digits nor labels: below, right, left or above.
function numberTags(numbers, marks, labels, text, line, [width, height]) {
  const taken = [...marks.map((each) => each.box), ...labels.filter(Boolean).map((each) => each.box)];
  return numbers.map((number) => {
    const [x, y, wide, high] = number.box;
    const [tagWide, tagHigh] = [tagWidth(number.text, text), TAG_HEIGHT * text];
    const [gap, middle] = [2.5 * line, y + high / 2 - tagHigh / 2];
    const centred = x + wide / 2 - tagWide / 2;
    const places = [
      [centred, y + high + gap], [x + wide + gap, middle], [x - gap - tagWide, middle],
      [centred, y - gap - tagHigh], [centred, y - gap - 2.2 * tagHigh],
    ].map(([left, top]) => [clamp(left, width - tagWide), clamp(top, height - tagHigh), tagWide, tagHigh]);
    const box = places.find((place) => !taken.some((other) => overlap(place, other))) ?? places[0];
    taken.push(box);
    return { words: number.text, box };
  });
}

function tagWidth(words, text) {
  return (words.length * TEXT_WIDTH + (words.includes("%") ? 0.8 : 0.5)) * text;
}

function overlap(a, b) {
  return a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
}

function clamp(value, most) {
  return Math.max(0, Math.min(most, value));
}

// Width for a label: the distance to the nearest digit of the same line.
function roomOf(marks, index) {
  const [x, y, width, height] = marks[index].box;
  let room = 3 * Math.max(width, height);
  for (const { box } of marks) {
    const apart = Math.abs(box[0] + box[2] / 2 - x - width / 2);
    if (apart > 0 && Math.abs(box[1] - y) < height) room = Math.min(room, apart);
  }
  return room;
}

// Above the digit on the upright page, on the other side without room, and never cut off.
function labelCorner([x, y, width, height], [wide, high], gap, rotation, size) {
  const inside = (left, top) => [clamp(left, size[0] - wide), clamp(top, size[1] - high)];
  if (rotation === 90 || rotation === 270) {
    const [left, right] = [x - gap - wide, x + width + gap];
    const [first, second] = rotation === 90 ? [left, right] : [right, left];
    return inside(first < 0 || first + wide > size[0] ? second : first, y + height / 2 - high / 2);
  }
  const above = y - gap - high;
  return inside(x + width / 2 - wide / 2, above >= 0 ? above : y + height + gap);
}

function outside([x, y, width, height], wide, high) {
  return `M0 0H${wide}V${high}H0Z M${x} ${y}V${y + height}H${x + width}V${y}Z`;
}
