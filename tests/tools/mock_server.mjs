// An independent mock of both wire formats, on a free port of this machine.
//
//   node mock_server.mjs NPM_PREFIX FIXTURES
//
// Prints `listening http://127.0.0.1:PORT` and serves until its standard input closes, so that it ends with
// whoever started it, however that one ends. A request that no fixture matches is answered 503.
//
// Every API key has its own sequences and its own part of the journal: a test takes a key that nobody else has,
// and "the first call fails" is true for it whatever runs beside it.

import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [prefix, fixturesFolder] = process.argv.slice(2);
if (!prefix || !fixturesFolder) {
  console.error("Usage: node mock_server.mjs NPM_PREFIX FIXTURES");
  process.exit(2);
}

// The package is installed under the target folder, not beside this file.
const installed = createRequire(path.join(path.resolve(prefix), "package.json"));
const { createServer, loadFixturesFromDir, validateFixtures } = await import(
  pathToFileURL(installed.resolve("@copilotkit/aimock")).href
);

const fixtures = loadFixturesFromDir(path.resolve(fixturesFolder));
// An empty answer is a fault to the validator and a case to us.
const faults = validateFixtures(fixtures).filter(
  (fault) => fault.severity === "error" && fault.message !== "content is empty string",
);
if (fixtures.length === 0 || faults.length > 0) {
  console.error(`The fixtures in ${fixturesFolder} cannot be used:`, faults.length > 0 ? faults : "there are none.");
  process.exit(1);
}

const mock = await createServer(fixtures, { host: "127.0.0.1", port: 0, strict: true, logLevel: "warn" });
mock.server.prependListener("request", (request) => {
  const bearer = request.headers.authorization?.replace(/^Bearer /i, "");
  const key = bearer ?? request.headers["x-api-key"];
  if (key) request.headers["x-test-id"] ??= key;
});
console.log(`listening ${mock.url}`);

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
