// The desktop's door, against a shell that answers by hand.

import { beforeEach, expect, test, vi } from "vitest";

import { shell, transport } from "./tauri";

interface Call {
  command: string;
  parameters: Record<string, unknown>;
}

let calls: Call[] = [];
let answer: (call: Call) => unknown = () => null;
const callbacks = new Map<number, (message: unknown) => void>();

beforeEach(() => {
  calls = [];
  answer = () => null;
  callbacks.clear();
  vi.stubGlobal("__TAURI_INTERNALS__", {
    invoke: async (command: string, parameters: Record<string, unknown>) => {
      const call = { command, parameters };
      calls.push(call);
      return answer(call);
    },
    transformCallback: (callback: (message: unknown) => void) => callbacks.set(callbacks.size + 1, callback).size,
    unregisterCallback: (id: number) => callbacks.delete(id),
  });
});

/** What the command `api` gives: the head as a line, then the body. */
function bytes(head: unknown, body: string): ArrayBuffer {
  return new TextEncoder().encode(`${JSON.stringify(head)}\n${body}`).buffer;
}

/** The shell's end of the channel that the last call brought. */
function channel(): (...messages: (string | ArrayBuffer)[]) => void {
  const callback = callbacks.get(callbacks.size);
  let index = 0;
  return (...messages) => messages.forEach((message) => callback?.({ message, index: index++ }));
}

const EVENTS = JSON.stringify({ status: 200, headers: [["content-type", "text/event-stream"]] });

test("an answer is its head and its body", async () => {
  answer = () => bytes({ status: 201, headers: [["location", "/api/plans/1"]] }, "ä\nsecond line");
  const request = new Request("http://localhost/api/plans?note=a%20b", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"name":"ä"}',
  });
  const response = await transport.fetch(request);
  expect([response.status, response.headers.get("Location"), await response.text()]).toEqual([
    201,
    "/api/plans/1",
    "ä\nsecond line",
  ]);
  expect(calls[0]?.command).toBe("api");
  expect(calls[0]?.parameters).toMatchObject({
    method: "POST",
    path: "/api/plans?note=a%20b",
    body: '{"name":"ä"}',
    headers: [["content-type", "application/json"]],
  });
});

test("an answer without a body has none", async () => {
  answer = () => bytes({ status: 204, headers: [] }, "");
  const response = await transport.fetch(new Request("http://localhost/api/x"));
  expect([response.status, response.body]).toEqual([204, null]);
  expect(calls[0]?.parameters["body"]).toBeNull();
});

test("a refusal of the shell is an error with its sentence", async () => {
  answer = () => Promise.reject("`/x` is no path of the API.");
  await expect(transport.fetch(new Request("http://localhost/x"))).rejects.toThrow("`/x` is no path of the API.");
  await expect(shell.openExternal("file:///")).rejects.toThrow("no path");
});

test("an abort is not kept waiting", async () => {
  answer = () => new Promise(() => {});
  const abort = new AbortController();
  const asking = transport.fetch(new Request("http://localhost/api/x", { signal: abort.signal }));
  abort.abort(new Error("changed my mind"));
  await expect(asking).rejects.toThrow();
});

test("a stream's pieces come in order, and its end ends it", async () => {
  const { signal } = new AbortController();
  const opening = transport.listen("/api/events", { headers: { "Last-Event-ID": "7" }, signal });
  const send = channel();
  expect(calls[0]?.command).toBe("subscribe");
  expect(calls[0]?.parameters).toMatchObject({ path: "/api/events", headers: [["Last-Event-ID", "7"]] });
  send(`${EVENTS}\n`, "data: 1\n\n", new TextEncoder().encode("data: ä\n\n").buffer, "");
  const response = await opening;
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(await response.text()).toBe("data: 1\n\ndata: ä\n\n");
  expect(calls).toHaveLength(1);
});

test("whoever leaves a stream ends it", async () => {
  const { signal } = new AbortController();
  const opening = transport.listen("/api/events", { signal });
  channel()(EVENTS);
  await (await opening).body?.cancel();
  expect(calls[1]?.parameters).toMatchObject({ id: calls[0]?.parameters["id"], path: null });
});

test("an abort ends a stream, before its head and after", async () => {
  const early = new AbortController();
  const opening = transport.listen("/api/events", { signal: early.signal });
  early.abort(new Error("too slow"));
  await expect(opening).rejects.toThrow("too slow");
  expect(calls[1]?.parameters).toMatchObject({ path: null });

  const late = new AbortController();
  const opened = transport.listen("/api/events", { signal: late.signal });
  channel()(EVENTS, "data: 1\n\n");
  const reading = (await opened).text();
  late.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  expect(calls[3]?.parameters).toMatchObject({ path: null });
});

test("a stream that has seen its end has no body", async () => {
  const { signal } = new AbortController();
  const opening = transport.listen("/api/events", { signal });
  channel()(JSON.stringify({ status: 204, headers: [] }), "");
  expect((await opening).body).toBeNull();
});

test("a file that was saved is told from one that was not", async () => {
  answer = () => "plan.json";
  const filter = { name: "Plan", extensions: ["json"] };
  expect(await shell.saveFile("plan.json", "{}", filter)).toBe(true);
  expect(calls[0]).toEqual({
    command: "save_file",
    parameters: { suggestedName: "plan.json", text: "{}", filterName: "Plan", extensions: ["json"] },
  });
  answer = () => null;
  expect(await shell.saveFile("plan.json", "{}", filter)).toBe(false);
});

test("the menu's items are heard until nobody listens", async () => {
  const heard: string[] = [];
  const stop = shell.onMenu((action) => heard.push(action));
  await vi.waitFor(() => expect(calls[0]?.command).toBe("plugin:event|listen"));
  callbacks.get(1)?.({ event: "menu", id: 1, payload: "plan.new" });
  expect(heard).toEqual(["plan.new"]);
  vi.stubGlobal("__TAURI_EVENT_PLUGIN_INTERNALS__", { unregisterListener: () => {} });
  stop();
  await vi.waitFor(() => expect(calls[1]?.command).toBe("plugin:event|unlisten"));
});
