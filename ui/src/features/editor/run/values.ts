// From what stands in the fields to the input of an execution. Pure.

import { firstFault } from "../../../components/jsonFault";

import type { FieldKind, InputField } from "./fields";

/** What stands in a field: everything as text, so that what is half written is kept as it is. */
export interface Entry {
  text: string;
  /** The text came from a file, which stands there as a chip. */
  file?: { name: string; bytes: number };
}

export type Entries = Readonly<Record<string, Entry>>;

/** What is wrong with what somebody wrote; each has a text in the catalogue. */
export type Fault =
  { reason: "notJson"; line: number; column: number } | { reason: "notNumber" } | { reason: "notWhole" };

export interface BuiltInput {
  input: Record<string, unknown>;
  missing: InputField[];
  faults: ReadonlyMap<string, Fault>;
}

export function textOf(entries: Entries, field: InputField): string {
  return entries[field.name]?.text ?? field.initial;
}

/** The input, or what is missing and wrong in it. An empty field gives nothing, so that defaults hold. */
export function buildInput(fields: readonly InputField[], entries: Entries): BuiltInput {
  const input: Record<string, unknown> = {};
  const missing: InputField[] = [];
  const faults = new Map<string, Fault>();
  for (const field of fields) {
    const text = textOf(entries, field);
    if (text.trim() === "") {
      // A switch that nobody touched is off.
      if (field.kind === "flag" && field.isRequired) put(input, field.path, false);
      else if (field.isRequired) missing.push(field);
      continue;
    }
    const read = readValue(field.kind, text);
    if ("fault" in read) faults.set(field.name, read.fault);
    else put(input, field.path, read.value);
  }
  return { input, missing, faults };
}

type Read = { value: unknown } | { fault: Fault };

function readValue(kind: FieldKind, text: string): Read {
  switch (kind) {
    case "line":
    case "text":
      return { value: text };
    case "number":
    case "integer": {
      const number = Number(text);
      if (!Number.isFinite(number)) return { fault: { reason: "notNumber" } };
      return kind === "integer" && !Number.isInteger(number) ? { fault: { reason: "notWhole" } } : { value: number };
    }
    case "flag":
    case "choice":
    case "json":
      return readJson(text);
    default:
      return never(kind);
  }
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: { reason: "notJson", ...firstFault(text) } };
  }
}

function put(input: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = input;
  for (const key of path.slice(0, -1)) {
    const inner = Object.hasOwn(at, key) ? at[key] : undefined;
    const next: Record<string, unknown> = isRecord(inner) ? inner : {};
    set(at, key, next);
    at = next;
  }
  set(at, path.at(-1) ?? "", value);
}

/** A key may have any name, `__proto__` too. */
function set(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function never(kind: never): never {
  throw new Error(`Unknown kind of field ${JSON.stringify(kind)}`);
}
