// Calls to the console's server. What goes wrong is an ApiError with the server's own sentence.

import { askForToken, keepToken, token } from "./token.js";

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Thrown where the reader closed the token's dialog: nothing happened and nothing need be said. */
export class Declined extends Error {}

export function headers(extra) {
  const held = token();
  return held ? { ...extra, Authorization: `Bearer ${held}` } : { ...extra };
}

/** A path below api/ with its query; parts that are null are left out. */
export function address(path, query) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") search.set(name, value);
  }
  const text = search.toString();
  return `api/${path}${text ? `?${text}` : ""}`;
}

export async function get(path, query, signal) {
  const answer = await send("GET", address(path, query), undefined, signal);
  if (answer.status !== 401) return parse(answer);
  if (!(await askForToken("Enter the control token to view jobs."))) throw new Declined();
  return parse(await send("GET", address(path, query), undefined, signal));
}

/** Asks for the token where there is none: before the question whether to change something. */
export async function unlock() {
  if (!token() && !(await askForToken("Enter the control token to change jobs.")))
    throw new Declined();
}

/** A call that changes something. */
export async function change(method, path, body) {
  await unlock();
  const answer = await send(method, address(path), body);
  if (answer.status !== 401) return parse(answer);
  keepToken(null);
  if (!(await askForToken("The console did not accept the token; enter the current one.")))
    throw new Declined();
  return parse(await send(method, address(path), body));
}

/** Whether the server takes this token. */
export async function session(candidate) {
  const extra = candidate ? { Authorization: `Bearer ${candidate}` } : headers();
  return parse(await fetched("api/session", { headers: { Accept: "application/json", ...extra } }));
}

function send(method, url, body, signal) {
  const extra = body === undefined ? {} : { "Content-Type": "application/json" };
  return fetched(url, {
    method,
    signal,
    cache: "no-store",
    headers: headers({ Accept: "application/json", ...extra }),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function fetched(url, options) {
  try {
    return await fetch(url, options);
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new ApiError("The console does not answer. Check that its process is running.", 0);
  }
}

async function parse(answer) {
  if (answer.status === 204) return null;
  const text = await answer.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // An answer that is not JSON has no sentence of its own.
  }
  if (answer.ok) return body;
  throw new ApiError(body?.error ?? `The console answered ${answer.status}.`, answer.status);
}
