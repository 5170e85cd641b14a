// Runs the sessions and says how many passed.
//
//   node run.mjs [WORD…]     only the files whose name contains one of the words
//
// The last line is `Tests  N failed | N passed | N skipped (N)`. Without Chromium everything is skipped, in plain sight.

import { readdirSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

import { chromiumPath } from "./browser.mjs";

/** Two browsers and two programs are what two cores carry. */
const AT_ONCE = Number(process.env.PLANLOOM_E2E_AT_ONCE ?? 2);

const words = process.argv.slice(2);
const folder = fileURLToPath(new URL("sessions/", import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.mjs") && (words.length === 0 || words.some((word) => name.includes(word))))
  .map((name) => folder + name);

if (chromiumPath() === null) {
  console.log("The sessions are skipped: there is no Chromium. CHROMIUM names one, or the system's package brings it.");
  console.log(`Tests  ${files.length} skipped (${files.length})`);
} else {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files, concurrency: AT_ONCE });
  // A file is a test too for its runner; only what is inside of it counts, and a file that broke outside of any.
  const isFile = ({ name, nesting }) => nesting === 0 && files.some((file) => file === name || file.endsWith(name));
  stream.on("test:pass", (test) => {
    if (isFile(test)) return;
    if (test.skip !== undefined) counts.skipped += 1;
    else counts.passed += 1;
  });
  stream.on("test:fail", (test) => {
    if (!isFile(test) || test.details.error?.failureType === "testCodeFailure") counts.failed += 1;
  });
  stream.on("end", () => {
    const total = counts.passed + counts.failed + counts.skipped;
    const parts = ["failed", "passed", "skipped"].filter((word) => counts[word] > 0).map((word) => `${counts[word]} ${word}`);
    console.log(`Tests  ${parts.join(" | ")} (${total})`);
    process.exitCode = counts.failed === 0 && total > 0 ? 0 : 1;
  });
  stream.compose(new spec()).pipe(process.stdout);
}
