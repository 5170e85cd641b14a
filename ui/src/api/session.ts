// How a page in a browser gets in: a one-time code in its address, or the main key, becomes a session key.

import { shell, transport } from "#door";

import { client, data } from "./client";
import { forgetKey, keepKey, key, takeCode } from "./key";

export type Admission = "admitted" | "needs key" | "expired";

/** Whether this page may call the API. The desktop window always may. */
export async function admission(): Promise<Admission> {
  if (shell.kind === "desktop") return "admitted";
  const code = takeCode();
  if (code !== null && (await exchange(code))) return "admitted";
  if (key() === null) return "needs key";
  const answer = await transport.fetch(new Request(new URL("/api/settings", location.origin)));
  if (answer.status !== 401) return "admitted";
  forgetKey();
  return "expired";
}

async function exchange(code: string): Promise<boolean> {
  try {
    const session = await data(client.POST("/api/session", { body: { code } }));
    keepKey(session.key);
    return true;
  } catch {
    // Used before, or too old: the page asks for the key instead.
    return false;
  }
}

/** Exchanges the main key for a session key; throws the API's refusal. */
export async function admitWith(mainKey: string): Promise<void> {
  const headers = { Authorization: `Bearer ${mainKey}` };
  const session = await data(client.POST("/api/session", { headers, body: {} }));
  keepKey(session.key);
}
