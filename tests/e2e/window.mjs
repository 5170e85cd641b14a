// Drives the real desktop window through WebKitWebDriver and asks the page what it shows.
//
//   node window.mjs PROGRAM        (under a display and a session bus; `cargo xtask test` gives it both)
//
// Prints a line `window: …` for each thing that holds and ends with 1 at the first that does not.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const program = process.argv[2];
assert.ok(program, "Usage: node window.mjs PROGRAM");

const DEADLINE_MS = 60_000;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const port = await freePort();
const driver = spawn("WebKitWebDriver", [`--port=${port}`], {
  // What it starts may outlive it and would hold a pipe open.
  stdio: "ignore",
  env: { ...process.env, TAURI_WEBVIEW_AUTOMATION: "true" },
});
process.on("exit", () => driver.kill());

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

/** Asks again until the answer is right: the driver and the page need a moment to be there. */
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

await eventually("The driver's start", () => ask("GET", "/status"));
const { sessionId } = await ask("POST", "/session", {
  capabilities: {
    alwaysMatch: { browserName: "wry", "webkitgtk:browserOptions": { binary: program, args: [] } },
  },
});
const session = `/session/${sessionId}`;
const inPage = (script) => ask("POST", `${session}/execute/sync`, { script, args: [] });
const inPageLater = (script) => ask("POST", `${session}/execute/async`, { script, args: [] });

const holds = (what) => console.log(`window: ${what}`);

await eventually("The page's title", async () => assert.equal(await ask("GET", `${session}/title`), "Planloom"));
assert.match(await ask("GET", `${session}/url`), /^(tauri:\/\/localhost|http:\/\/tauri\.localhost)/);
holds("the embedded page is shown under its title");

const text = await inPage("return document.body.innerText");
for (const sentence of ["The canvas is not part of this version", "planloom serve", "planloom run plan.json"]) {
  assert.ok(text.includes(sentence), `The page does not say: ${sentence}\n${text}`);
}
holds("it says what this version has and has not");

const look = await inPageLater(`
  const done = arguments[arguments.length - 1];
  document.fonts.ready.then(() => done({
    loaded: [...document.fonts].filter((font) => font.status === "loaded").map((font) => font.family.replaceAll('"', "")),
    overflow: document.documentElement.scrollWidth - innerWidth,
    colours: getComputedStyle(document.body).color,
  }));
`);
assert.deepEqual(look.loaded.sort(), ["Plex Mono", "Plex Sans"]);
assert.ok(look.overflow <= 0, `The page is ${look.overflow} px wider than the window`);
holds("its own fonts are used and nothing is cut off at the side");

const violation = await inPageLater(`
  const done = arguments[arguments.length - 1];
  document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), { once: true });
  const script = document.createElement("script");
  script.textContent = "window.inlineScriptRan = true";
  document.body.append(script);
  if (window.inlineScriptRan) done("it ran");
`);
assert.match(violation, /^script-src/);
holds("an inline script is refused by the page's policy");

const command = await inPageLater(`
  const done = arguments[arguments.length - 1];
  const internals = window.__TAURI_INTERNALS__;
  if (!internals) done("no bridge");
  else internals.invoke("plugin:window|close", { label: "main" }).then(() => done("allowed"), (error) => done("refused: " + error));
`);
assert.notEqual(command, "allowed");
holds(`a command of the shell is not to be had by the page (${command.split("\n")[0]})`);

await ask("DELETE", session);
driver.kill();
