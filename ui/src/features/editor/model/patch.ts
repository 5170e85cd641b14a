// JSON Patch (RFC 6902), as far as fixes use it: add, remove, replace, move. All of a patch or nothing.

import type { PatchOperation } from "../../../api/types";

/** The patched value, or null when an operation does not fit it. The value itself is left alone. */
export function patched(value: unknown, operations: readonly PatchOperation[]): unknown {
  const root = { "": structuredClone(value) };
  return operations.every((operation) => perform(root, operation)) ? root[""] : null;
}

type Root = { "": unknown };

function perform(root: Root, { op, path, from, value }: PatchOperation): boolean {
  switch (op) {
    case "add":
      return add(root, path, structuredClone(value));
    case "remove":
      return take(root, path) !== NOTHING;
    case "replace":
      return take(root, path) !== NOTHING && add(root, path, structuredClone(value));
    case "move": {
      if (from == null) return false;
      const taken = take(root, from);
      return taken !== NOTHING && add(root, path, taken);
    }
    default:
      return never(op);
  }
}

const NOTHING = Symbol("nothing");

interface Place {
  parent: unknown;
  key: string;
}

/** Where a pointer leads; null when the way there does not exist. */
function placeOf(root: Root, pointer: string): Place | null {
  const keys = pointer.split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  // The first part is empty, as is the key under which the whole document hangs.
  const last = keys.pop() ?? "";
  let parent: unknown = root;
  for (const key of keys) {
    parent = inside(parent, key);
    if (parent === NOTHING) return null;
  }
  return { parent, key: last };
}

function inside(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) {
    const at = index(key, parent.length - 1);
    return at === null ? NOTHING : parent[at];
  }
  if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, key)) return NOTHING;
  return Reflect.get(parent, key);
}

function index(key: string, last: number): number | null {
  if (!/^(0|[1-9]\d*)$/.test(key)) return null;
  const at = Number(key);
  return at <= last ? at : null;
}

function add(root: Root, pointer: string, value: unknown): boolean {
  const place = placeOf(root, pointer);
  if (!place) return false;
  const { parent, key } = place;
  if (Array.isArray(parent)) {
    const at = key === "-" ? parent.length : index(key, parent.length);
    if (at === null) return false;
    parent.splice(at, 0, value);
    return true;
  }
  if (typeof parent !== "object" || parent === null) return false;
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
  return true;
}

function take(root: Root, pointer: string): unknown {
  const place = placeOf(root, pointer);
  if (!place) return NOTHING;
  const { parent, key } = place;
  const value = inside(parent, key);
  if (value === NOTHING) return NOTHING;
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (typeof parent === "object" && parent !== null) Reflect.deleteProperty(parent, key);
  return value;
}

function never(value: never): never {
  throw new Error(`Unknown operation ${String(value)}`);
}
