// The live WebSocket: asks for one picture at a time, and comes back after a loss.

import { closeSocket, socketUrl } from "./api.js";

const SILENCE_MS = 3500; // the server sends at least its status twice a second
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 8000;
const TOO_MANY_MS = 5000;
const TOKEN_NEEDED = 4401;
const TRY_LATER = 1013;

/** Receives messages of the live WebSocket until `close`.
 *
 * `want()`: returns what to request; `onMessage(message, bitmap)`: a message, with a picture or
 * null; call `next` when it is shown. `onState(text, tokenNeeded)`: what is wrong, "" if nothing.
 */
export class LiveConnection {
  constructor(want, onMessage, onState) {
    this.want = want;
    this.onMessage = onMessage;
    this.onState = onState;
    this.wait = FIRST_WAIT_MS;
    this.closed = false;
    this.waiting = false; // a request is on its way
    this.visible = () => !document.hidden && this.next();
    document.addEventListener("visibilitychange", this.visible);
    this.open();
  }

  /** Request the next picture, unless the page is hidden. */
  next() {
    if (this.closed || this.waiting || document.hidden || this.socket?.readyState !== WebSocket.OPEN) return;
    this.waiting = true;
    this.socket.send(JSON.stringify({ next: 1, ...this.want() }));
    this.watch();
  }

  /** End the connection. */
  close() {
    this.closed = true;
    clearTimeout(this.silence);
    clearTimeout(this.retry);
    document.removeEventListener("visibilitychange", this.visible);
    closeSocket(this.socket);
  }

  open() {
    this.waiting = false;
    const socket = new WebSocket(socketUrl("live"));
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.next();
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code }) => {
      if (this.socket === socket) this.lost(code);
    };
  }

  async receive(data) {
    const length = new DataView(data).getUint32(0);
    const message = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
    const jpeg = new Uint8Array(data, 4 + length);
    const bitmap = jpeg.length ? await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" })) : null;
    if (this.closed) return;
    clearTimeout(this.silence);
    this.waiting = false;
    this.wait = FIRST_WAIT_MS;
    this.onState("", false);
    this.onMessage(message, bitmap);
    if (!bitmap) this.next();
  }

  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      if (document.hidden) return;
      this.socket.onclose = null;
      this.socket.close();
      this.lost(0);
    }, SILENCE_MS);
  }

  lost(code) {
    clearTimeout(this.silence);
    if (this.closed) return;
    if (code === TOKEN_NEEDED) {
      this.onState("The server needs its token.", true);
      return;
    }
    const tooMany = code === TRY_LATER;
    const wait = tooMany ? TOO_MANY_MS : this.wait;
    this.wait = Math.min(2 * this.wait, MAX_WAIT_MS);
    this.onState(
      tooMany
        ? "Too many viewers are connected; trying again every 5 seconds."
        : "No connection to the server; trying again.",
      false,
    );
    this.retry = setTimeout(() => this.open(), wait);
  }
}
