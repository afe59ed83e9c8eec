// The visitor's own camera: each picture goes to the server, and is shown with its own result.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { closeSocket, socketUrl } from "./api.js";
import { Rotation, Threshold } from "./controls.js";
import { Picture } from "./picture.js";
import { Numbers, spoken } from "./results.js";

const MAX_WIDTH = 960;
const QUALITY = 0.8;
const REFUSED_MS = 1000; // chosen: between pictures while the server refuses them

/** The Camera tab. */
export function Camera({ settings }) {
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState("");
  const [refused, setRefused] = useState(""); // the server's sentence about the last picture
  const [view, setView] = useState(null);
  const [cameras, setCameras] = useState([]);
  const [chosen, setChosen] = useState("");
  const [threshold, setThreshold] = useState(settings.threshold);
  const [rotate, setRotate] = useState(settings.rotate);
  const session = useRef(null);
  const query = useRef("");
  query.current = `threshold=${threshold}&rotate=${rotate ?? "auto"}`;
  useEffect(() => {
    if (session.current) start(chosen);
  }, [threshold, rotate]);

  const stop = () => {
    session.current?.close();
    session.current = null;
    setRunning(false);
    setRefused("");
  };
  const start = async (device) => {
    stop();
    setProblem("");
    setRunning(true);
    const own = new CameraSession(query.current, setView, setRefused, (text) => {
      setProblem(text);
      stop();
    });
    session.current = own;
    try {
      await own.open(device);
      const all = await navigator.mediaDevices.enumerateDevices();
      setCameras(all.filter((each) => each.kind === "videoinput"));
      setChosen(own.device);
    } catch (error) {
      if (session.current !== own) return; // stopped meanwhile
      setProblem(reason(error));
      stop();
    }
  };
  useEffect(() => {
    const hidden = () => document.hidden && stop();
    document.addEventListener("visibilitychange", hidden);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      stop();
    };
  }, []);

  if (!navigator.mediaDevices?.getUserMedia) return html`<${Refused} />`;
  const text = problem || refused || (running ? (view ? "" : "Waiting for the camera and the first answer.") : "");
  return html`
    <div class="panes">
      <div class="main-pane">
        <div class="controls">
          <span class="group">
            ${running
              ? html`<button type="button" onClick=${stop}>Stop</button>`
              : html`<button type="button" class="main" onClick=${() => start(chosen)}>Start the camera</button>`}
            ${cameras.length > 1 && html`
              <select aria-label="Camera" value=${chosen} onChange=${(event) => start(event.target.value)}>
                ${cameras.map((each, index) => html`<option key=${each.deviceId} value=${each.deviceId} selected=${each.deviceId === chosen}>${each.label || `Camera ${index + 1}`}</option>`)}
              </select>`}
          </span>
          <span class="group">
            <${Threshold} value=${threshold} onChange=${setThreshold} />
            <${Rotation} value=${rotate} onChange=${setRotate} />
          </span>
          <span class="figures" role="status">
            <b class="state ${running ? "running" : ""}">${running ? "running" : "stopped"}</b>
            ${running && view && html`<span>${view.rate.toFixed(1)} frames/s</span><span title="From the picture taken to its answer">answer ${Math.round(view.delay)} ms</span>`}
          </span>
        </div>
        ${text && html`<p class="banner ${problem || refused ? "" : "calm"}" role=${problem || refused ? "alert" : "status"}>${text}</p>`}
        ${view
          ? html`<${Picture} image=${view.image} result=${view.result} label="Your camera" />`
          : html`<div class="picture waiting"><p>${running ? "Waiting for the first picture." : "The camera of this device is off."}</p></div>`}
      </div>
      <aside class="side-pane">
        <h3>Numbers</h3>
        <${Numbers} result=${view?.result} empty=${view ? "No digits in the picture." : "Nothing read yet."} />
        <p class="hidden" aria-live="polite">${spoken(view?.result)}</p>
        <p class="quiet">The pictures go to this server only, are read one by one, and are not kept.</p>
      </aside>
    </div>`;
}

function Refused() {
  return html`
    <section class="empty">
      <h2>The browser gives no camera here</h2>
      <p>Browsers allow the camera only on secure pages, and this one came over plain HTTP from another machine. Ways out:</p>
      <ul>
        <li>Take a photo on the <a href="#photo">Photo tab</a>; that always works.</li>
        <li>Open the page on the server itself, as <code>http://localhost:${location.port}</code>.</li>
        <li>Forward the port: <code>ssh -L ${location.port}:localhost:${location.port} ${location.hostname}</code>, then open${" "}
          <code>http://localhost:${location.port}</code>.</li>
        <li>Start the server with <code>--tls-cert</code> and <code>--tls-key</code>, or behind a proxy with TLS.</li>
      </ul>
    </section>`;
}

class CameraSession {
  constructor(query, onView, onRefused, onEnd) {
    this.query = query;
    this.onView = onView;
    this.onRefused = onRefused;
    this.onEnd = onEnd;
    this.closed = false;
    this.times = [];
    this.device = "";
  }

  async open(device) {
    const wanted = device ? { deviceId: { exact: device } } : { facingMode: "environment" };
    this.media = await navigator.mediaDevices.getUserMedia({ video: { ...wanted, width: { ideal: 1280 } }, audio: false });
    if (this.closed) return this.close();
    const [track] = this.media.getVideoTracks();
    track.onended = () => this.end("The camera was unplugged or taken away.");
    this.device = track.getSettings().deviceId ?? "";
    this.video = Object.assign(document.createElement("video"), { srcObject: this.media, muted: true, playsInline: true });
    await this.video.play();
    this.socket = new WebSocket(socketUrl(`camera?${this.query}`));
    this.socket.onopen = () => this.send();
    this.socket.onmessage = ({ data }) => this.receive(JSON.parse(data));
    this.socket.onclose = ({ code, reason }) => {
      const texts = { 4401: "The server needs its token; reload the page.", 1013: reason || "Too many viewers; try again later." };
      this.end(texts[code] ?? "The connection to the server was lost; start again.");
    };
  }

  async send() {
    if (this.closed) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.min(1, MAX_WIDTH / width);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d").drawImage(this.video, 0, 0, canvas.width, canvas.height);
    this.image = canvas;
    this.taken = performance.now();
    canvas.toBlob((blob) => !this.closed && blob && this.socket.send(blob), "image/jpeg", QUALITY);
  }

  receive(answer) {
    if (this.closed) return;
    this.onRefused(answer.error ?? "");
    if (answer.error) {
      setTimeout(() => this.send(), REFUSED_MS);
      return;
    }
    if (answer.result) {
      const now = performance.now();
      this.times = [...this.times, now].filter((each) => now - each < 2000);
      this.onView({ image: this.image, result: answer.result, delay: now - this.taken, rate: this.times.length / 2 });
    }
    // A hidden or slow page takes its time: the next picture is taken when this one is painted.
    requestAnimationFrame(() => this.send());
  }

  end(text) {
    if (this.closed) return;
    this.onEnd(text);
  }

  close() {
    this.closed = true;
    this.media?.getTracks().forEach((track) => track.stop());
    if (this.socket) closeSocket(this.socket);
    if (this.video) this.video.srcObject = null;
  }
}

function reason(error) {
  const texts = {
    NotAllowedError: "The browser was not allowed to use the camera; allow it in the address bar and start again.",
    NotFoundError: "This device has no camera; plug one in, or read a photo.",
    NotReadableError: "The camera is used by another program; close that and start again.",
    OverconstrainedError: "This camera is gone; start again.",
  };
  return texts[error.name] ?? `The camera does not start: ${error.message}`;
}
