// Plans as files: reading what somebody drops here, with care, and writing what can be read again.
//
// A file is read whole or not at all. What the API has to say of the plan in it is the API's business; here stands only
// what it cannot say: too large, not text, not JSON or YAML, a file of another program.

import type { Plan, PlanDocument } from "../../api/types";
import { firstFault } from "../../components/jsonFault";

/** The API takes no larger body. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

export type PlanFile =
  { kind: "plan"; name: string; document: Record<string, unknown> } | { kind: "refused"; refusal: Refusal };

/** Why a file is no plan. Each reason has a text in the catalogue. */
export type Refusal =
  | { reason: "too large"; bytes: number }
  | { reason: "unreadable" }
  | { reason: "binary" }
  | { reason: "empty" }
  | { reason: "not JSON"; line: number; column: number; what: string }
  | { reason: "not YAML"; line: number; what: string }
  | { reason: "other program"; program: string }
  | { reason: "no plan" };

/** Reads a dropped file; one that is too large is refused by its size, before it is read. */
export async function readPlanFile(file: File): Promise<PlanFile> {
  if (file.size > MAX_FILE_BYTES) return refused({ reason: "too large", bytes: file.size });
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    // A folder, or a file that has gone meanwhile.
    return refused({ reason: "unreadable" });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refused({ reason: "binary" });
  }
  return readPlanText(file.name, text);
}

/** Reads a plan as JSON or YAML, whichever it is. */
export async function readPlanText(name: string, text: string): Promise<PlanFile> {
  if (text.length > MAX_FILE_BYTES) return refused({ reason: "too large", bytes: text.length });
  if (text.includes("\0")) return refused({ reason: "binary" });
  const bare = text.trim();
  if (bare === "") return refused({ reason: "empty" });
  const isJson = /^[[{]/.test(bare) && !/\.ya?ml$/i.test(name);
  const parsed = await (isJson ? parseJson(text) : parseYaml(text));
  if ("refusal" in parsed) return refused(parsed.refusal);
  return judged(name, parsed.value);
}

function refused(refusal: Refusal): PlanFile {
  return { kind: "refused", refusal };
}

type Parsed = { value: unknown } | { refusal: Refusal };

async function parseJson(text: string): Promise<Parsed> {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const what = error instanceof Error ? error.message : "";
    return { refusal: { reason: "not JSON", ...firstFault(text), what } };
  }
}

async function parseYaml(text: string): Promise<Parsed> {
  // Only who imports YAML needs its parser.
  const { CORE_SCHEMA, load, YAMLException } = await import("js-yaml");
  try {
    const value: unknown = load(text, { schema: CORE_SCHEMA });
    // Aliases can make a small file mean a huge tree.
    if (!isWithin(value, MAX_FILE_BYTES)) return { refusal: { reason: "too large", bytes: text.length } };
    return { value };
  } catch (error) {
    const place = error instanceof YAMLException ? error.mark?.line : undefined;
    const what = error instanceof YAMLException ? error.reason : String(error);
    return { refusal: { reason: "not YAML", line: (place ?? 0) + 1, what } };
  }
}

/** Whether a value written out would have at most so many characters; stops counting where it would not. */
function isWithin(value: unknown, characters: number): boolean {
  let left = characters;
  const stack = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    if (typeof next === "string") left -= next.length;
    else if (Array.isArray(next)) for (const one of next) stack.push(one);
    else if (typeof next === "object" && next !== null) {
      for (const [key, one] of Object.entries(next)) {
        left -= key.length;
        stack.push(one);
      }
    }
    left -= 1;
    if (left < 0 || stack.length > characters) return false;
  }
  return true;
}

function judged(name: string, value: unknown): PlanFile {
  if (!isObject(value)) return refused({ reason: "no plan" });
  const program = programOf(value);
  if (program !== null) return refused({ reason: "other program", program });
  // What our own API answered is a plan in an envelope.
  const inner = value["success"] === true && isObject(value["data"]) ? value["data"] : value;
  if (!Array.isArray(inner["steps"])) return refused({ reason: "no plan" });
  const { layout: _, stats: __, warnings: ___, ...document } = inner;
  if (typeof document["name"] !== "string") document["name"] = name.replace(/(\.planloom)?\.(json|ya?ml)$/i, "");
  return { kind: "plan", name: document["name"] as string, document };
}

/** Which program wrote a file that is not ours, by what only that program writes. */
function programOf(value: Record<string, unknown>): string | null {
  const nodes = value["nodes"];
  if (Array.isArray(nodes) && isObject(value["connections"])) return "n8n";
  if (value["kind"] === "app" && isObject(value["app"]) && ("workflow" in value || "model_config" in value))
    return "Dify";
  if (Array.isArray(nodes) && Array.isArray(value["edges"])) {
    return nodes.some((node) => isObject(node) && isObject(node["data"]) && "inputAnchors" in node["data"])
      ? "Flowise"
      : "LangGraph";
  }
  if (isObject(value["blocks"]) && Array.isArray(value["edges"])) return "Sim";
  if ("on" in value && isObject(value["jobs"])) return "GitHub Actions";
  if (typeof value["namespace"] === "string" && Array.isArray(value["tasks"])) return "Kestra";
  if (Array.isArray(value["steps"]) && value["steps"].some((step) => isObject(step) && "command" in step))
    return "Dagu";
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a file of a plan holds: what its author wrote, without what the server added. */
export function documentOf(plan: Plan): PlanDocument {
  const { name, description, tags, steps, inputSchema, defaults, hitl } = plan;
  return {
    name,
    ...(description == null ? {} : { description }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(inputSchema == null ? {} : { inputSchema }),
    ...(defaults == null ? {} : { defaults }),
    ...(hitl == null ? {} : { hitl }),
    steps,
  };
}

export function toJson(document: PlanDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

export async function toYaml(document: PlanDocument): Promise<string> {
  const { CORE_SCHEMA, dump } = await import("js-yaml");
  // Prompts are read by people: long lines stay as they were written.
  return dump(document, { schema: CORE_SCHEMA, lineWidth: -1, noRefs: true });
}

/** A name that every file system takes. */
export function fileName(plan: { name: string }, extension: "json" | "yaml"): string {
  const bare = plan.name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
  return `${bare === "" ? "plan" : bare.slice(0, 80)}.planloom.${extension}`;
}
