// Opens the two pages in headless Chromium and prints what was measured, one JSON document a line.

import { existsSync } from "node:fs";
import { preview } from "vite";
import { chromium } from "playwright-core";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
if (!executablePath) {
  console.log("There is no Chromium on this machine; nothing was measured.");
  process.exit(0);
}

const server = await preview({ configFile: new URL("vite.config.ts", import.meta.url).pathname, preview: { port: 0 } });
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({ executablePath, args: ARGS });

async function open(page, steps) {
  await page.goto(`${address}${page.kind}.html?steps=${steps}`);
  // Ready: every node that is in view is there, and two frames have passed.
  return page.evaluate(async () => {
    // A large plan from far is a drawing: a few paths instead of nodes.
    const drawn = () => document.querySelectorAll(".react-flow__node, .react-flow__viewport path").length;
    let [last, calm] = [-1, 0];
    while (calm < 3 || typeof window.pan !== "function") {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = drawn();
      calm = now > 0 && now === last ? calm + 1 : 0;
      last = now;
    }
    return { readyMs: Math.round(performance.now()), nodes: last };
  });
}

const pan = (page, zoom) =>
  page.evaluate(async (at) => {
    const start = window.view();
    const gaps = [];
    let before = performance.now();
    const until = before + 3_000;
    for (let n = 0; before < until; n += 1) {
      window.pan({ x: (at ? 0 : start.x) - Math.sin(n / 20) * 400, y: (at ? 0 : start.y) - Math.cos(n / 20) * 200, zoom: at || start.zoom });
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      gaps.push(now - before);
      before = now;
    }
    return Math.round((1_000 * gaps.length * 10) / gaps.reduce((sum, gap) => sum + gap, 0)) / 10;
  }, zoom);

async function measure(kind, steps, zoom) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  page.kind = kind;
  const { readyMs, nodes } = await open(page, steps);
  const framesPerSecond = await pan(page, zoom);
  await page.close();
  return { readyMs, nodes, framesPerSecond };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** In turn, so that a busy moment of the machine hits both. */
async function compare(name, steps, zoom, goal) {
  const runs = { ours: [], bare: [] };
  for (let round = 0; round < 3; round += 1) for (const kind of ["bare", "ours"]) runs[kind].push(await measure(kind, steps, zoom));
  const of = (kind, what) => median(runs[kind].map((run) => run[what]));
  const figures = (kind) => ({ readyMs: of(kind, "readyMs"), framesPerSecond: of(kind, "framesPerSecond"), nodesInPage: of(kind, "nodes") });
  const [ours, limit] = [figures("ours"), figures("bare")];
  const ratio = (a, b) => Math.round((100 * a) / b) / 100;
  console.log(
    JSON.stringify({
      name, steps, zoom: zoom || "fit", ours, limit,
      readyRatio: ratio(ours.readyMs, limit.readyMs),
      framesRatio: ratio(ours.framesPerSecond, limit.framesPerSecond),
      goal,
    }),
  );
}

async function events() {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  page.kind = "ours";
  await open(page, 500);
  const figures = await page.evaluate(async () => {
    const { ids, statuses, change } = window;
    const last = new Map();
    const gaps = [];
    let [before, sent] = [performance.now(), 0];
    const begun = before;
    while (before - begun < 3_000) {
      // As many as are due by now: a thousand a second.
      for (; sent < before - begun; sent += 1) {
        const [id, status] = [ids[(sent * 7) % ids.length], statuses[1 + (sent % 3)]];
        change(id, status);
        last.set(id, status);
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      gaps.push(now - before);
      before = now;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    gaps.sort((a, b) => a - b);
    const words = { queued: "Queued", running: "Running", completed: "Completed" };
    let stale = 0;
    for (const node of document.querySelectorAll(".react-flow__node")) {
      const status = last.get(node.dataset.id);
      const text = `${node.getAttribute("aria-label") ?? ""} ${node.textContent} ${node.innerHTML}`;
      if (status && !text.includes(words[status])) stale += 1;
    }
    return {
      changes: sent, framesPerSecond: Math.round((10_000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0)) / 10,
      longestFrameMs: Math.round(gaps.at(-1)), p95FrameMs: Math.round(gaps[Math.floor(gaps.length * 0.95)]), staleNodes: stale,
    };
  });
  await page.close();
  console.log(JSON.stringify({ name: "events", steps: 500, ...figures, goal: "no stale node, one drawing a frame" }));
}

await compare("canvas", 500, 0, "framesRatio >= 0.9, readyRatio <= 1.3");
await compare("canvas", 500, 1, "framesRatio >= 0.9");
await compare("large", 2_000, 0, "usable");
await events();
await browser.close();
await server.close();
