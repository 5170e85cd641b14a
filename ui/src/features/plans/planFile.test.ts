// Every way in refuses what is no plan with its reason; what we write can be read again.

import { describe, expect, it } from "vitest";

import type { PlanDocument } from "../../api/types";
import { fileName, MAX_FILE_BYTES, readPlanFile, readPlanText, type Refusal, toJson, toYaml } from "./planFile";

const plan = {
  name: "contract-review",
  tags: ["legal"],
  steps: [
    { id: "extract", prompt: "Extract clauses.\n\n  - {{input.contract}}: yes\n", model: "sonnet" },
    { id: "report", prompt: "Write: {{extract.output}} # not a comment", dependsOn: ["extract"], temperature: 0.5 },
  ],
} as PlanDocument;

async function refusal(name: string, text: string): Promise<Refusal> {
  const read = await readPlanText(name, text);
  if (read.kind !== "refused") throw new Error(`It was read as ${read.name}.`);
  return read.refusal;
}

describe("reading", () => {
  it("reads back what was written, in both formats", async () => {
    for (const [name, text] of [
      ["a.json", toJson(plan)],
      ["a.yaml", await toYaml(plan)],
    ] as const) {
      expect(await readPlanText(name, text)).toEqual({ kind: "plan", name: "contract-review", document: plan });
    }
  });

  it("takes an answer of the API, and a name from the file where there is none", async () => {
    const answer = JSON.stringify({ success: true, data: { ...plan, layout: {}, id: "dt_plan_1" } });
    expect(await readPlanText("x.json", answer)).toMatchObject({
      document: { id: "dt_plan_1", name: "contract-review" },
    });
    expect(await readPlanText("my plan.planloom.yaml", "steps: []")).toMatchObject({ name: "my plan" });
  });

  it("says where JSON and YAML break", async () => {
    expect(await refusal("a.json", '{\n  "steps": [1,]\n}')).toMatchObject({ reason: "not JSON", line: 2 });
    expect(await refusal("a.yaml", "name: a\nsteps: [\n")).toMatchObject({ reason: "not YAML" });
  });

  it("does not run code or follow tags of YAML", async () => {
    expect(await refusal("a.yaml", "steps: !!js/function 'function () {}'")).toMatchObject({ reason: "not YAML" });
  });

  it("refuses a bomb of aliases without building it", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(",")}]`,
    );
    const bomb = `l0: &l0 x\n${levels.join("\n")}\nsteps: *l12\n`;
    expect((await refusal("bomb.yaml", bomb)).reason).toMatch(/too large|not YAML/);
  });

  it("names the program that a file is of", async () => {
    const files: [string, unknown][] = [
      ["n8n", { name: "x", nodes: [], connections: {} }],
      ["Dify", { kind: "app", app: { name: "x" }, workflow: {} }],
      ["Flowise", { nodes: [{ data: { inputAnchors: [] } }], edges: [] }],
      ["GitHub Actions", { on: "push", jobs: {} }],
      ["Kestra", { id: "x", namespace: "a", tasks: [] }],
      ["Dagu", { steps: [{ name: "a", command: "echo" }] }],
    ];
    for (const [program, file] of files) {
      // Each has its own file, read one after the other for a readable failure.
      // oxlint-disable-next-line no-await-in-loop
      expect(await refusal("x.json", JSON.stringify(file))).toEqual({ reason: "other program", program });
    }
  });

  it("refuses what is empty, no object or has no steps", async () => {
    expect(await refusal("a.json", "  ")).toEqual({ reason: "empty" });
    expect(await refusal("a.json", "[1]")).toEqual({ reason: "no plan" });
    expect(await refusal("a.json", '{"name": "x"}')).toEqual({ reason: "no plan" });
    expect(await refusal("notes.txt", "just words")).toEqual({ reason: "no plan" });
  });

  it("refuses a large file by its size alone, and a binary one by its bytes", async () => {
    const large = new File([], "large.json");
    Object.defineProperty(large, "size", { value: MAX_FILE_BYTES + 1 });
    Object.defineProperty(large, "arrayBuffer", { value: () => Promise.reject(new Error("It was read.")) });
    expect(await readPlanFile(large)).toMatchObject({ refusal: { reason: "too large" } });
    for (const bytes of [
      [0x7b, 0, 0x7d],
      [0xff, 0xd8, 0xff],
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await readPlanFile(new File([new Uint8Array(bytes)], "x.json"))).toMatchObject({
        refusal: { reason: "binary" },
      });
    }
  });

  it("reads a plan of 10,000 steps", async () => {
    const steps = Array.from({ length: 10_000 }, (_, n) => ({ id: `s${n}`, prompt: "x".repeat(100) }));
    expect(await readPlanText("large.json", JSON.stringify({ name: "large", steps }))).toMatchObject({ kind: "plan" });
  });
});

describe("fileName", () => {
  it("is one that every file system takes", () => {
    expect(fileName({ name: "Vertrag: Prüfung / 2026" }, "json")).toBe("Vertrag-Prüfung-2026.planloom.json");
    expect(fileName({ name: "../.." }, "yaml")).toBe("plan.planloom.yaml");
  });
});
