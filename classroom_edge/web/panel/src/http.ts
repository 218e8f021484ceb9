/** Questions to the daemon, each with an end to the waiting. */

import type { Words } from "./room";

/** The daemon said no, or said nothing (`status` 0); `words` tells a person why. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly words: Words,
  ) {
    super(words["en"] ?? `HTTP ${status}`);
  }
}

/** Fetch within `timeoutMs`; any answer is an answer. Throws a Refusal of status 0 if there is none. */
export async function answer(path: string, init: RequestInit, timeoutMs: number): Promise<Response> {
  const patience = new AbortController();
  const timer = window.setTimeout(() => patience.abort(), timeoutMs);
  try {
    // Chrome before 72 sends no cookies unless asked.
    return await fetch(path, { ...init, credentials: "same-origin", signal: patience.signal });
  } catch {
    throw new Refusal(0, {});
  } finally {
    window.clearTimeout(timer);
  }
}

/** GET a JSON value. Throws a Refusal. */
export async function get<T>(path: string, timeoutMs = 5000): Promise<T> {
  const response = await answer(path, { cache: "no-store" }, timeoutMs);
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as T;
}

/** POST a command. Said once, done once: if no answer comes it is sent again under the same name. */
export function post(path: string, body: object, timeoutMs = 5000): Promise<unknown> {
  return send("POST", path, body, timeoutMs);
}

/** PUT a value in the place of another one; else as `post`. */
export function put(path: string, body: object, timeoutMs = 5000): Promise<unknown> {
  return send("PUT", path, body, timeoutMs);
}

/** DELETE something; else as `post`. */
export function remove(path: string, body: object = {}, timeoutMs = 5000): Promise<unknown> {
  return send("DELETE", path, body, timeoutMs);
}

async function send(method: string, path: string, body: object, timeoutMs: number): Promise<unknown> {
  const init = {
    method,
    headers: { "Content-Type": "application/json", "Idempotency-Key": newName() },
    body: JSON.stringify(body),
  };
  const response = await answer(path, init, timeoutMs).catch(() => answer(path, init, timeoutMs));
  if (!response.ok) throw await refusal(response);
  return response.json().catch(() => ({}));
}

/** POST a command that is worthless a moment later: said once, whatever becomes of it. */
export async function nudge(path: string, body: object, timeoutMs = 1000): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await answer(path, init, timeoutMs);
  if (!response.ok) throw await refusal(response);
}

/** Offer a call (WHIP); give its answer, and the address at which to say goodbye. */
export async function offer(path: string, sdp: string, timeoutMs = 8000): Promise<{ sdp: string; at: string }> {
  const init = { method: "POST", headers: { "Content-Type": "application/sdp" }, body: sdp };
  const response = await answer(path, init, timeoutMs);
  if (!response.ok) throw await refusal(response);
  return { sdp: await response.text(), at: response.headers.get("Location") ?? path };
}

/** Say goodbye, from a page that is being closed, too; nobody waits for the answer. */
export function goodbye(at: string): void {
  void fetch(at, { method: "DELETE", credentials: "same-origin", keepalive: true }).catch(() => undefined);
}

function newName(): string {
  return Array.from(window.crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
}

async function refusal(response: Response): Promise<Refusal> {
  const told = (await response.json().catch(() => null)) as { message?: Words } | null;
  return new Refusal(response.status, told?.message ?? {});
}
