// Drives the real desktop window through WebKitWebDriver, and the doors beside it.
//
//   node window.mjs PLANLOOM-DESKTOP [PLANLOOM]     (under a display and a session bus; `cargo xtask test` gives both)
//
// Prints a line `window: …` for each thing that holds and ends with 1 at the first that does not. Everything that it
// makes is in a folder of its own, which it removes. What the screens do is not tested here, only what the shell does.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const [program, planloom = join(dirname(program ?? ""), "planloom")] = process.argv.slice(2);
assert.ok(program, "Usage: node window.mjs PLANLOOM-DESKTOP [PLANLOOM]");

const DEADLINE_MS = 60_000;
const holds = (what) => console.log(`window: ${what}`);

// A home of its own, in which the system's browser is a file that says what it was asked to open.
const home = mkdtempSync(join(tmpdir(), "planloom-window-"));
const data = join(home, "data");
const opened = join(home, "opened");
const log = join(home, "log");
writeFileSync(join(home, "xdg-open"), `#!/bin/sh\necho "$1" >>"${opened}"\n`);
chmodSync(join(home, "xdg-open"), 0o755);
const environment = {
  ...process.env,
  HOME: home,
  XDG_CONFIG_HOME: join(home, "config"),
  XDG_DATA_HOME: join(home, "share"),
  XDG_CACHE_HOME: join(home, "cache"),
  PATH: home + delimiter + process.env.PATH,
  PLANLOOM_KEYCHAIN: "off",
  PLANLOOM_LOG: "warn,planloom_desktop=debug",
  LC_ALL: "C",
};
delete environment.PLANLOOM_DATA;

const children = new Set();
process.on("exit", (code) => {
  for (const child of children) child.kill("SIGKILL");
  if (code !== 0 && existsSync(log)) console.error(readFileSync(log, "utf8"));
  rmSync(home, { recursive: true, force: true });
});

/** Its output goes to a file: what WebKit starts may outlive it and would hold a pipe open. */
function start(command, words, more = {}) {
  const output = openSync(log, "a");
  const child = spawn(command, words, { stdio: ["ignore", output, output], env: { ...environment, ...more } });
  children.add(child);
  child.on("exit", () => children.delete(child));
  return child;
}

async function exitCode(child) {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = await once(child, "exit", { signal: AbortSignal.timeout(DEADLINE_MS) });
  return code;
}

/** What a command prints. */
function output(command, words) {
  return new Promise((resolve, reject) => {
    execFile(command, words, { env: environment, timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(stdout);
    });
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks again until the answer is right. */
async function eventually(what, question) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await question();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${what} did not happen: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const port = await freePort();
const driver = start("WebKitWebDriver", [`--port=${port}`], { TAURI_WEBVIEW_AUTOMATION: "true" });

async function ask(method, path, body) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const { value } = await response.json();
  assert.ok(response.ok, `${method} ${path}: ${JSON.stringify(value)}`);
  return value;
}

await eventually("The driver's start", () => ask("GET", "/status"));
const { sessionId } = await ask("POST", "/session", {
  capabilities: {
    alwaysMatch: { browserName: "wry", "webkitgtk:browserOptions": { binary: program, args: ["--data", data] } },
  },
});
const session = `/session/${sessionId}`;

/** Runs an async function in the page, which must not use anything from here; its fault is thrown here. */
async function inPage(work, ...parameters) {
  const script = `
    const [parameters, done] = arguments;
    (${work})(...parameters).then((value) => done({ value }), (error) => done({ error: String(error?.message ?? error) }));
  `;
  const { value, error } = await ask("POST", `${session}/execute/async`, { script, args: [parameters] });
  if (error !== undefined) throw new Error(error);
  return value;
}

/** A command as the page calls it. */
const invoke = (command, parameters) =>
  inPage((command, parameters) => window.__TAURI_INTERNALS__.invoke(command, parameters), command, parameters);

/** The command `api`, its answer taken apart. */
async function api(method, path, body) {
  const { head, text } = await inPage(
    async (method, path, body) => {
      const headers = body === null ? [] : [["content-type", "application/json"]];
      const bytes = new Uint8Array(await window.__TAURI_INTERNALS__.invoke("api", { method, path, headers, body }));
      const end = bytes.indexOf(10);
      const decode = (bytes) => new TextDecoder().decode(bytes);
      return { head: JSON.parse(decode(bytes.subarray(0, end))), text: decode(bytes.subarray(end + 1)) };
    },
    method,
    path,
    body === undefined ? null : JSON.stringify(body),
  );
  return { status: head.status, headers: new Headers(head.headers), json: text === "" ? null : JSON.parse(text) };
}

async function refused(command, parameters, sentence) {
  await assert.rejects(invoke(command, parameters), sentence, `${command} ${JSON.stringify(parameters)}`);
}

// The page.

await eventually("The page's title", async () => assert.equal(await ask("GET", `${session}/title`), "Planloom"));
const ownPage = /^(tauri:\/\/localhost|http:\/\/tauri\.localhost)/;
assert.match(await ask("GET", `${session}/url`), ownPage);
await eventually("The window's appearance", async () =>
  assert.equal(await inPage(async () => document.visibilityState), "visible"),
);
holds("the embedded page is shown under its title");

const violation = await inPage(
  () =>
    new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), { once: true });
      const script = document.createElement("script");
      script.textContent = "window.inlineScriptRan = true";
      document.body.append(script);
      if (window.inlineScriptRan) resolve("it ran");
    }),
);
assert.match(violation, /^script-src/);
const isStyled = await inPage(async () => {
  const style = document.createElement("style");
  style.textContent = "#probe { position: fixed; width: 7px }";
  const probe = document.createElement("div");
  probe.id = "probe";
  document.head.append(style);
  document.body.append(probe);
  const width = getComputedStyle(probe).width;
  style.remove();
  probe.remove();
  return width === "7px";
});
assert.ok(isStyled, "a style that the page makes is applied");
holds("an inline script is refused by the page's policy, a style is not");

for (const fetched of ["https://example.com/", "http://127.0.0.1:7317/api/health"]) {
  await assert.rejects(inPage((url) => fetch(url).then(() => "fetched"), fetched));
}
const elsewhere = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
const foreign = `http://127.0.0.1:${elsewhere.address().port}/`;
await inPage(async (url) => {
  window.isStillHere = true;
  window.open(url);
  location.assign(url);
}, foreign);
assert.equal(await inPage(async () => window.isStillHere), true);
assert.match(await ask("GET", `${session}/url`), ownPage);
assert.equal((await ask("GET", `${session}/window/handles`)).length, 1);
elsewhere.close();
holds("the page reaches no other address, and no other page is shown");

// Commands.

for (const command of [
  "plugin:window|close",
  "plugin:window|set_title",
  "plugin:dialog|open",
  "plugin:opener|open_url",
  "plugin:opener|open_path",
  "plugin:event|emit",
  "plugin:window-state|save_window_state",
  "plugin:path|resolve_directory",
  "plugin:webview|create_webview_window",
]) {
  await refused(command, { label: "main", path: "/etc/passwd", url: "https://example.com" }, /not allowed|not found|denied/i);
}
holds("commands of the shell that are not granted are refused");

const health = await api("GET", "/api/health");
assert.equal(health.status, 200);
assert.equal(health.json.success, true);
assert.match(health.headers.get("x-request-id"), /^req_/);
holds("`api` answers GET /api/health");

const atFirst = await api("GET", "/api/plans");
assert.deepEqual(atFirst.json.data.map((plan) => plan.name), ["contract-review"]);
holds("the example plan is there at the first start");

for (const path of ["/", "/index.html", "api/health", "/apix", "http://127.0.0.1:7317/api/health", "//localhost/api/"]) {
  await refused("api", { method: "GET", path, headers: [], body: null }, /no path of the API/);
}
await refused("api", { method: "GET", path: "/api/events", headers: [], body: null }, /`subscribe`/);
await refused("api", { method: "G T", path: "/api/health", headers: [], body: null }, /cannot be sent/);
assert.equal((await api("GET", "/api/../etc/passwd")).json.error.code, "ROUTE_NOT_FOUND");
holds("a path outside /api is refused");

const long = "ä line that is long\n".repeat(45_000);
const steps = [
  { id: "first", prompt: "Say something about {{input.topic}}", model: "sonnet" },
  { id: "second", prompt: long, model: "sonnet", dependsOn: ["first"] },
];
const created = await api("POST", "/api/plans", { name: "from the window", steps });
assert.equal(created.status, 201, JSON.stringify(created.json.error));
const planId = created.json.data.id;
assert.equal(created.headers.get("location"), `/api/plans/${planId}`);
const list = await api("GET", "/api/plans?view=summary");
assert.ok(list.json.data.some((plan) => plan.id === planId));
assert.equal((await api("GET", `/api/plans/${planId}`)).json.data.steps[1].prompt, long);
holds("a plan that the page posted is in the list, its long prompt whole");

// Streams. The page has some of its own, which count from 1.

/** Watches in the page: `window.streams[id]` collects what comes. Resolves once the head is there. */
const watch = (id, path, headers = []) =>
  inPage(
    (id, path, headers) =>
      new Promise((resolve, reject) => {
        const internals = window.__TAURI_INTERNALS__;
        const stream = { head: undefined, text: "", isOver: false };
        window.streams = { ...window.streams, [id]: stream };
        const waiting = new Map();
        let next = 0;
        const take = (message) => {
          const text = typeof message === "string" ? message : new TextDecoder().decode(message);
          if (stream.head === undefined) resolve((stream.head = JSON.parse(text)));
          else if (text === "") stream.isOver = true;
          else stream.text += text;
        };
        const callback = internals.transformCallback((piece) => {
          if (piece.end) return;
          waiting.set(piece.index, piece.message);
          for (; waiting.has(next); next++) take(waiting.get(next));
        });
        internals.invoke("subscribe", { id, path, headers, channel: `__CHANNEL__:${callback}` }).catch(reject);
      }),
    id,
    path,
    headers,
  );
const seen = (id) => inPage(async (id) => window.streams?.[id], id);

// It waits for a person, so that the watcher is there before anything of note happens.
const execution = { input: { topic: "windows" }, hitl: { requiredFor: ["first"] }, options: { simulate: true } };
const started = await api("POST", `/api/plans/${planId}/execute`, execution);
assert.equal(started.status, 201, JSON.stringify(started.json.error));
const events = `/api/plans/executions/${started.json.data.id}/events`;
const head = await watch(1001, events);
assert.equal(head.status, 200);
assert.equal(new Headers(head.headers).get("content-type"), "text/event-stream");
const [taskId] = await eventually("The approval", async () => {
  const { data } = (await api("GET", `/api/plans/executions/${started.json.data.id}`)).json;
  assert.equal(data.status, "paused");
  return data.pausedReasons[0].taskIds;
});
assert.equal((await api("POST", `/api/hitl/${taskId}/approve`, {})).json.data.approvedBy, "window");
const whole = await eventually("The stream's end", async () => {
  const stream = await seen(1001);
  assert.ok(stream.isOver, stream.text.slice(-200));
  return stream.text;
});
const kinds = whole.match(/^event: .*$/gm).map((line) => line.slice("event: ".length));
assert.equal(kinds[0], "snapshot");
assert.equal(kinds.at(-1), "end");
assert.ok(kinds.includes("task"), kinds.join(" "));
holds(`\`subscribe\` brings a simulated execution's ${kinds.length} events, from snapshot to end`);

const last = whole.match(/^id: .*$/gm).at(-1).slice("id: ".length);
assert.equal((await watch(1002, events, [["Last-Event-ID", last]])).status, 204);
assert.equal((await watch(1003, "/api/plans/executions/none/events")).status, 404);
await refused("subscribe", { id: 1004, path: "/index.html", headers: [], channel: "__CHANNEL__:1" }, /no path of the API/);
assert.equal((await watch(1005, "/api/events")).status, 200);
await invoke("subscribe", { id: 1005, path: null, headers: [], channel: null });
assert.equal((await watch(1006, "/api/events")).status, 200);
await api("POST", `/api/plans/${planId}/execute`, execution);
await eventually("An event on the stream that is open", async () => assert.match((await seen(1006)).text, /event: /));
assert.equal((await seen(1005)).text, "");
holds("a stream that was ended brings nothing more, the others go on");

const endedStreams = () => [...readFileSync(log, "utf8").matchAll(/its streams.*streams=(\d+)/g)].map((found) => found[1]);
await ask("POST", `${session}/refresh`, {});
await eventually("The page's second coming", async () =>
  assert.equal(await inPage(async () => document.readyState), "complete"),
);
assert.ok(Number(endedStreams().at(-1)) >= 1, "the stream that was open ended with its page");
assert.equal((await watch(1006, "/api/events")).status, 200);
holds("streams end when the page is loaded anew");

// What leads out.

for (const url of ["file:///etc/passwd", "javascript:alert(1)", "/etc/passwd", "smb://host/share"]) {
  await refused("open_external", { url }, /only links that begin with/);
}
await invoke("open_external", { url: "https://example.com/a?b=c" });
await invoke("reveal_folder", { path: data });
await eventually("The system's browser", async () => {
  const asked = existsSync(opened) ? readFileSync(opened, "utf8").trim().split("\n") : [];
  assert.deepEqual(asked, ["https://example.com/a?b=c", data]);
});
await refused("reveal_folder", { path: "/" }, /only the data folder/);
await invoke("set_appearance", { language: "de", appearance: "dark" });
await eventually("The dark theme", async () =>
  assert.equal(await inPage(async () => matchMedia("(prefers-color-scheme: dark)").matches), true),
);
await invoke("set_appearance", { language: "en", appearance: "light" });
await refused("set_appearance", { language: "xx", appearance: "light" }, /unknown variant/);
holds("links go to the system's browser, and only links; the frame follows the page's theme");

// Beside the window.

const listed = JSON.parse(await output(planloom, ["list", "--json", "--data", data]));
assert.ok(JSON.stringify(listed).includes(planId));
holds("`planloom list` works beside the open window");

const listen = async (listener) => {
  assert.equal((await api("PATCH", "/api/settings", { listener })).status, 200);
  return (await api("GET", "/api/settings/listener")).json.data;
};
assert.equal((await api("GET", "/api/settings/listener")).json.data.listening, false);
const { url } = await listen({ enabled: true, port: 0 });
assert.equal((await fetch(`${url}/health`)).status, 200);
assert.equal((await fetch(`${url}/plans`)).status, 401);
assert.equal(JSON.parse(await output(planloom, ["api-info", "--json", "--data", data])).url, url);
assert.equal((await listen({ enabled: false })).listening, false);
await assert.rejects(fetch(`${url}/health`));
holds("the listener opens and closes with the settings");

const owner = readFileSync(join(data, "planloom.lock"), "utf8");
assert.equal(JSON.parse(owner).what, "the Planloom window");
assert.equal(await exitCode(start(program, ["--data", data])), 0);
assert.equal(readFileSync(join(data, "planloom.lock"), "utf8"), owner);
assert.equal(await inPage(async () => document.visibilityState), "visible");
holds("a second start brings the first window forward and ends");

const other = join(home, "other");
const second = start(program, ["--data", other]);
await eventually("The other folder's socket", async () => assert.ok(existsSync(join(other, "planloom.sock"))));
holds("a start with another data folder is another Planloom");
second.kill("SIGTERM");
assert.equal(await exitCode(second), 0);
assert.ok(!existsSync(join(other, "planloom.sock")));
assert.equal(readFileSync(join(other, "planloom.lock"), "utf8"), "");
assert.ok(existsSync(join(other, "window-state.json")));
holds("a signal ends it in order: the socket is gone, the folder is free, the window's state is kept");

const server = start(planloom, ["serve", "--port", "0", "--data", other]);
await eventually("The other owner", async () => assert.ok(existsSync(join(other, "planloom.sock"))));
const late = start(program, ["--data", other]);
await eventually("The sentence", async () => assert.match(readFileSync(log, "utf8"), /in use by planloom serve/));
assert.equal(late.exitCode, null, "it stays until its dialog was read");
late.kill("SIGKILL");
server.kill("SIGTERM");
await Promise.all([exitCode(late), exitCode(server)]);
holds("a folder that another program owns is said in a dialog");

const usage = start(program, ["--wrong"]);
assert.equal(await exitCode(usage), 2);

await ask("DELETE", session);
driver.kill();
await exitCode(driver);
