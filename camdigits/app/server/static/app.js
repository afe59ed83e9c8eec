// The page: tabs, the token, and loading.

import { html, render, useEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { getJson, pause, sendJson } from "./api.js";
import { Camera } from "./camera.js";
import { Draw } from "./draw.js";
import { Live } from "./live.js";
import { Photo } from "./photo.js";
import { Readings } from "./readings.js";

const TABS = [["live", "Live"], ["photo", "Photo"], ["draw", "Draw"], ["camera", "Camera"], ["readings", "Readings"]];
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 8000;

function App() {
  const [status, setStatus] = useState(null);
  const [locked, setLocked] = useState(false);
  const [trouble, setTrouble] = useState("");
  const [tab, setTab] = useState(tabOf(location.hash));

  const load = async () => {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      try {
        setStatus(await getJson("status"));
        setLocked(false);
        setTrouble("");
        return;
      } catch (error) {
        if (error.status === 401 || error.status === 429) {
          setLocked(true);
          setTrouble(error.status === 429 ? error.message : "");
          return;
        }
        setTrouble(error.message);
        await pause(wait);
      }
    }
  };
  const login = async (token) => {
    await sendJson("POST", "login", { token });
    await load();
  };
  useEffect(() => {
    // Also in a page that is open already: a link with a token changes only the fragment.
    const loginFromAddress = () => {
      const token = takeToken();
      if (token === null) return false;
      login(token).catch((error) => {
        setLocked(true);
        setTrouble(error.message);
      });
      return true;
    };
    const changed = () => loginFromAddress() || setTab(tabOf(location.hash));
    window.addEventListener("hashchange", changed);
    if (!loginFromAddress()) load();
    return () => window.removeEventListener("hashchange", changed);
  }, []);

  if (locked) return html`<${Token} trouble=${trouble} onLogin=${login} />`;
  if (!status) return html`<main><p class="loading" role="status">${trouble || "Loading."}</p></main>`;
  const tabs = {
    live: () => html`<${Live} initial=${status} onToken=${() => setLocked(true)} />`,
    photo: () => html`<${Photo} settings=${status.settings} maxBytes=${status.max_upload_bytes} />`,
    draw: () => html`<${Draw} />`,
    camera: () => html`<${Camera} settings=${status.settings} />`,
    readings: () => html`<${Readings} hasSource=${status.state !== "none"} follows=${status.follows} />`,
  };
  return html`
    <header class="top">
      <h1>camdigits</h1>
      <${Tabs} tab=${tab} />
      <span class="quiet source">${status.source ?? ""}</span>
    </header>
    <main id="panel" role="tabpanel" aria-labelledby="tab-${tab}" tabindex="-1">${tabs[tab]()}</main>`;
}

function Tabs({ tab }) {
  const list = useRef(null);
  const press = (event) => {
    const index = TABS.findIndex(([name]) => name === tab);
    const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const [name] = TABS[(next + TABS.length) % TABS.length];
    location.hash = name;
    list.current.querySelector(`#tab-${name}`).focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label="Ways to read" ref=${list} onKeyDown=${press}>
      ${TABS.map(([name, text]) => html`
        <button key=${name} type="button" role="tab" id="tab-${name}" aria-controls="panel" aria-selected=${name === tab ? "true" : "false"}
          tabindex=${name === tab ? 0 : -1} onClick=${() => { location.hash = name; }}>${text}</button>`)}
    </div>`;
}

function Token({ trouble, onLogin }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  useEffect(() => field.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await onLogin(field.current.value.trim());
    } catch (error) {
      setProblem(error.message);
      setBusy(false);
    }
  };
  return html`
    <main>
      <form class="token" role="dialog" aria-labelledby="token-title" onSubmit=${submit}>
        <h2 id="token-title">This server needs its token</h2>
        <p>It was printed when the server was first started, and is kept in its token file.</p>
        <label>Token <input ref=${field} type="password" name="token" autocomplete="current-password" required /></label>
        ${(problem || trouble) && html`<p class="banner" role="alert">${problem || trouble}</p>`}
        <button type="submit" class="main" disabled=${busy}>${busy ? "Checking" : "Open"}</button>
      </form>
    </main>`;
}

// At once: the token must not stay in the address bar or the history.
function takeToken() {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return found[1]; // damaged: the server says that it is wrong
  }
}

function tabOf(hash) {
  const name = hash.slice(1);
  return TABS.some(([known]) => known === name) ? name : "live";
}

const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
