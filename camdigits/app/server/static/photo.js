// Read photos: chosen, dropped, pasted or taken with the phone's camera.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { sendPicture } from "./api.js";
import { Rotation, Threshold } from "./controls.js";
import { Details } from "./details.js";
import { Picture, tipOf } from "./picture.js";
import { csvOf, DigitTable, download, Numbers, spoken } from "./results.js";

// Outlives the tab: what was read stays, and reading goes on, while another tab is looked at.
const store = { items: [], queue: [], busy: false, counter: 0, show: null };

function change(update) {
  store.items = update(store.items); // newest first
  store.show?.(store.items);
}

/** The Photo tab. */
export function Photo({ settings, maxBytes }) {
  const [items, setItems] = useState(store.items);
  const [threshold, setThreshold] = useState(settings.threshold);
  const [rotate, setRotate] = useState(settings.rotate);
  const [over, setOver] = useState(false);
  const query = useRef("");
  query.current = `threshold=${threshold}&rotate=${rotate ?? "auto"}`;

  const update = (id, news) => change((all) => all.map((each) => (each.id === id ? { ...each, ...news } : each)));

  const work = async () => {
    if (store.busy) return;
    store.busy = true;
    while (store.queue.length) {
      const { id, file } = store.queue.shift();
      update(id, { state: "reading", error: "" });
      try {
        if (file.size > maxBytes) {
          throw new Error(`wanted at most ${megabytes(maxBytes)}, got ${megabytes(file.size)}; send a smaller picture`);
        }
        const result = await (await sendPicture(`read?debug=1&${query.current}`, file)).json();
        const image = await pictureOf(file, result);
        update(id, { state: "done", result, image });
      } catch (error) {
        update(id, { state: "failed", error: error.message });
      }
    }
    store.busy = false;
  };

  const add = (files) => {
    const added = [...files].map((file) => ({ id: (store.counter += 1), file, name: file.name || "pasted picture", state: "waiting" }));
    if (!added.length) return;
    change((all) => [...added.toReversed(), ...all]);
    store.queue.push(...added);
    work();
  };
  const again = () => {
    store.queue = items.toReversed();
    change((all) => all.map((each) => ({ ...each, state: "waiting" })));
    work();
  };

  const clear = () => {
    store.queue = [];
    change(() => []);
  };
  useEffect(() => {
    store.show = setItems;
    return () => { store.show = null; };
  }, []);
  useEffect(() => {
    const paste = (event) => {
      const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
      if (files.length) event.preventDefault();
      add(files);
    };
    // On the whole page: beside the list the browser would leave it and open the file.
    const drag = (event) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event) => event.relatedTarget || setOver(false);
    const drop = (event) => {
      event.preventDefault();
      setOver(false);
      add(event.dataTransfer.files);
    };
    const listeners = Object.entries({ paste, dragover: drag, dragleave: leave, drop });
    listeners.forEach(([name, listener]) => document.addEventListener(name, listener));
    return () => listeners.forEach(([name, listener]) => document.removeEventListener(name, listener));
  }, []);

  const choose = (event) => {
    add(event.target.files);
    event.target.value = "";
  };
  return html`
    <div class="photo ${over ? "over" : ""}">
      <div class="controls">
        <span class="group">
          <label class="button main">Choose pictures
            <input class="hidden" type="file" accept="image/*" multiple onChange=${choose} /></label>
          <label class="button phone">Take a photo
            <input class="hidden" type="file" accept="image/*" capture="environment" onChange=${choose} /></label>
        </span>
        <span class="group">
          <${Threshold} value=${threshold} onChange=${setThreshold} />
          <${Rotation} value=${rotate} onChange=${setRotate} />
          ${items.length > 0 && html`<button type="button" onClick=${again}>Read again</button>
            <button type="button" onClick=${clear}>Clear</button>`}
        </span>
      </div>
      ${!items.length && html`
        <div class="drop"><p>Drop pictures here, paste one (Ctrl+V), or choose them.</p>
          <p class="quiet">JPEG, PNG, WebP, BMP or TIFF, at most ${megabytes(maxBytes)} each. They are read by this server and not kept.</p></div>`}
      ${items.map((item) => html`<${Item} key=${item.id} item=${item} query=${query.current} />`)}
    </div>`;
}

function Item({ item, query }) {
  const [picked, setPicked] = useState(null);
  const [problem, setProblem] = useState(""); // of the annotated picture
  const { result, image, state, error, name } = item;
  const regions = result?.details?.regions ?? [];
  const regionOf = (index) => regions.find((each) => each.digit === index);
  const stem = name.replace(/\.[^.]*$/, "");
  const annotated = async () => {
    setProblem("");
    try {
      const answer = await sendPicture(`annotate?${query}`, item.file);
      download(`${stem}-digits.png`, await answer.blob());
    } catch (failure) {
      setProblem(failure.message);
    }
  };
  const plain = () => {
    const { details, ...rest } = result;
    return { ...rest, source: name };
  };
  return html`
    <article class="item">
      <header>
        <h3>${name}</h3>
        <span class="quiet" role="status">${{ waiting: "waiting", reading: "reading…", done: `${result?.digits.length} digits`, failed: "not read" }[state]}</span>
      </header>
      ${(error || problem) && html`<p class="banner" role="alert">${error || problem}</p>`}
      ${state !== "failed" && result && html`
        <div class="panes">
          <div class="main-pane">
            <${Picture} image=${image} result=${result} picked=${picked} onPick=${setPicked} label="${name}, ${result.digits.length} digits"
              tip=${(index) => tipOf(regionOf(index), result.details)} />
          </div>
          <aside class="side-pane">
            ${picked !== null && html`<${Details} region=${regionOf(picked)} digit=${result.digits[picked]} labels=${result.details.labels}
              onClose=${() => setPicked(null)} />`}
            <${Numbers} result=${result} />
            <p class="hidden" aria-live="polite">${spoken(result) || "No digits found."}</p>
            ${result.digits.length > 0 && html`<details><summary>${result.digits.length} digits</summary>
              <${DigitTable} result=${result} onPick=${setPicked} /></details>`}
            <p class="group downloads">
              <button type="button" onClick=${annotated}>Annotated picture</button>
              <button type="button" onClick=${() => download(`${stem}.json`, JSON.stringify(plain(), null, 1), "application/json")}>JSON</button>
              <button type="button" onClick=${() => download(`${stem}.csv`, csvOf(result, name), "text/csv")}>CSV</button>
            </p>
          </aside>
        </div>`}
    </article>`;
}

function megabytes(bytes) {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${Number((bytes / 1e6).toFixed(1))} MB`;
}

// What the browser shows; a format that it does not know comes back from the server as PNG.
async function pictureOf(file, result) {
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    if (image.width === result.width && image.height === result.height) return image;
  } catch {
    // Not a format of the browser.
  }
  const answer = await sendPicture("annotate?threshold=1", file);
  return createImageBitmap(await answer.blob());
}
