// Requests to the server. Every address is relative, so that the page works under a prefix.

const BASE = new URL("api/v1/", document.baseURI);
const RETRIES = 8;

/** An answer that is an error: `status` and the server's sentence. */
export class ApiError extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Return the address of a WebSocket of the server. */
export function socketUrl(path) {
  const url = new URL(path, BASE);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

/** Close a WebSocket; one that is still connecting, as soon as it is open. */
export function closeSocket(socket) {
  if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
  else socket.close();
}

/** Return an address below api/v1/. */
export function apiUrl(path) {
  return new URL(path, BASE).href;
}

/** Send a request; throw an ApiError unless the answer is good. */
export async function request(path, options = {}) {
  let answer;
  try {
    answer = await fetch(apiUrl(path), options);
  } catch {
    throw new ApiError(0, "The server does not answer; is it still running?");
  }
  if (answer.ok) return answer;
  let text = `${answer.status} ${answer.statusText}`;
  try {
    text = (await answer.json()).error ?? text;
  } catch {
    // Not JSON: the status has to do.
  }
  throw new ApiError(answer.status, text, Number(answer.headers.get("Retry-After")) || 0);
}

/** Return the JSON of a GET request. */
export async function getJson(path) {
  return (await request(path)).json();
}

/** Send JSON; return the JSON of the answer, or null if it has none. */
export async function sendJson(method, path, value) {
  const headers = { "Content-Type": "application/json" };
  const answer = await request(path, { method, headers, body: JSON.stringify(value) });
  return answer.status === 204 ? null : answer.json();
}

/** Send a picture; wait and try again while the server is busy. */
export async function sendPicture(path, file) {
  const type = file.type.startsWith("image/") ? file.type : "image/jpeg";
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await request(path, { method: "POST", headers: { "Content-Type": type }, body: file });
    } catch (error) {
      if (error.status !== 503 || attempt === RETRIES) throw error;
      await pause(1000 * (error.retryAfter || 1));
    }
  }
}

/** Wait for some milliseconds. */
export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

/** Decode base64 to bytes. */
export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
}
