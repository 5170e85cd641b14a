// Starts the real program on a data folder of its own, as a person would, and talks to its API.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const READY_WITHIN_MS = 60_000;

/** The program under test: `PLANLOOM`, or the debug build. */
export const PLANLOOM =
  process.env.PLANLOOM ?? new URL("../../target/debug/planloom", import.meta.url).pathname;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks again until the answer is there and right. */
export async function eventually(what, question, withinMs = 30_000) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      const answer = await question();
      if (answer !== undefined && answer !== false) return answer;
      throw new Error("not yet");
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${what} did not happen: ${error.message}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Programs that run; none outlives the session that started it, however that ends. */
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

export class Program {
  /** Starts `planloom serve`. `example`: with the example plan of a first start. `options`: more words for it. */
  static async start({ example = false, env = {}, options = [] } = {}) {
    const program = new Program();
    program.options = options;
    program.data = mkdtempSync(join(tmpdir(), "planloom-e2e-"));
    program.port = await freePort();
    program.example = example;
    program.env = env;
    await program.serve();
    return program;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it on the same data and the same port, as after a crash. */
  async serve() {
    const options = ["serve", "--port", String(this.port), "--data", this.data, ...this.options];
    if (!this.example) options.push("--no-example");
    // Keys of the machine that runs the tests must not reach a model.
    const env = { ...process.env, PLANLOOM_KEYCHAIN: "off", ...this.env };
    for (const name of ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"]) {
      if (this.env[name] === undefined) delete env[name];
    }
    const child = spawn(PLANLOOM, options, { stdio: ["ignore", "pipe", "pipe"], env });
    this.child = child;
    this.output = "";
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (piece) => (this.output += piece));
    running.add(this.child);
    this.ended = new Promise((resolve) => this.child.once("exit", resolve));
    void this.ended.then(() => running.delete(child));
    await eventually("The program's start", async () => {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.output}`);
      return (await fetch(`${this.url}/api/health`)).ok;
    }, READY_WITHIN_MS);
    await this.readKey();
  }

  /** The main key, as a script finds it. */
  async readKey() {
    const { stdout } = await run(PLANLOOM, ["api-info", "--json", "--data", this.data]);
    this.key = JSON.parse(stdout).key;
  }

  /** As a power cut. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGTERM");
      await this.ended;
    }
    rmSync(this.data, { recursive: true, force: true });
  }

  async ask(method, path, body) {
    const answer = await fetch(`${this.url}/api${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const json = await answer.json();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(json.error ?? json).slice(0, 2_000)}`);
    return json.data;
  }

  get(path) {
    return this.ask("GET", path);
  }

  post(path, body = {}) {
    return this.ask("POST", path, body);
  }

  patch(path, body) {
    return this.ask("PATCH", path, body);
  }

  /** Waits until an execution is as wanted. */
  until(id, isRight) {
    return eventually(`The execution ${id}`, async () => {
      const execution = await this.get(`/plans/executions/${id}`);
      return isRight(execution) && execution;
    });
  }
}
