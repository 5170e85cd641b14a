// Which references a step's texts can make: the inputs, what its upstream steps answer, and what it could depend on.
// Pure.

import type { DraftPlan, DraftStep, JsonObject } from "../model/draft";
import { isObject } from "../model/draft";
import type { Offer } from "../prompt/completion";
import { referencesOf } from "../prompt/template";

/** Fields of an output are offered this deep. */
const DEEPEST = 2;
/** So many are offered at most; a plan may have 10,000 steps, and typing part of an id finds the others. */
const MOST = 2_000;

/** What stands in relation to a step. */
export interface Around {
  upstream: ReadonlySet<string>;
  downstream: ReadonlySet<string>;
}

export function around(steps: readonly DraftStep[], id: string): Around {
  const above = new Map(steps.map((step) => [step.id, step.dependsOn ?? []]));
  const below = new Map<string, string[]>();
  for (const step of steps) {
    for (const other of step.dependsOn ?? []) {
      const list = below.get(other);
      if (list) list.push(step.id);
      else below.set(other, [step.id]);
    }
  }
  return { upstream: reached(above, above, id), downstream: reached(below, above, id) };
}

type Links = ReadonlyMap<string, readonly string[]>;

/** `known` has every step: an id that is no step's leads nowhere and cannot be referred to. */
function reached(next: Links, known: Links, from: string): Set<string> {
  const seen = new Set<string>();
  const queue = [from];
  for (const id of queue) {
    for (const other of next.get(id) ?? []) {
      if (seen.has(other) || other === from || !known.has(other)) continue;
      seen.add(other);
      queue.push(other);
    }
  }
  return seen;
}

export interface OfferWords {
  closesCycle: string;
}

/** Inputs first, then the nearest upstream steps, then the others in the order of the plan. */
export function offersFor(plan: DraftPlan, stepId: string, words: OfferWords): Offer[] {
  const { upstream, downstream } = around(plan.steps, stepId);
  const step = plan.steps.find(({ id }) => id === stepId);
  const direct = new Set(step?.dependsOn);
  const own: Offer[] = inputsOf(plan).map((path) => ({
    text: memberName("input", path),
    group: "upstream",
    stepId: null,
    note: typeAt(plan.inputSchema, path),
  }));
  const above: Offer[][] = [[], []];
  const others: Offer[] = [];
  const impossible: Offer[] = [];
  for (const other of plan.steps) {
    if (other.id === stepId) continue;
    if (upstream.has(other.id)) above[direct.has(other.id) ? 0 : 1]?.push(...outputsOf(other, "upstream"));
    else if (downstream.has(other.id)) {
      impossible.push({ text: `${other.id}.output`, group: "impossible", stepId: other.id, note: words.closesCycle });
    } else if (others.length < MOST) others.push(...outputsOf(other, "adds"));
  }
  return [...own, ...above.flat(), ...others, ...impossible].slice(0, MOST);
}

function outputsOf(step: DraftStep, group: "upstream" | "adds"): Offer[] {
  const whole: Offer = { text: `${step.id}.output`, group, stepId: step.id };
  const fields = fieldPaths(step.outputSchema).map((path): Offer => ({
    text: memberName(`${step.id}.output`, path),
    group,
    stepId: step.id,
    note: typeAt(step.outputSchema, path),
  }));
  // A field is nearly always what is meant where there are any.
  return [...fields, whole];
}

function fieldPaths(schema: JsonObject | undefined): string[][] {
  const found: string[][] = [];
  const walk = (at: unknown, path: string[]) => {
    const properties = isObject(at) ? at["properties"] : undefined;
    if (!isObject(properties) || path.length >= DEEPEST) return;
    for (const [key, inner] of Object.entries(properties)) {
      found.push([...path, key]);
      walk(inner, [...path, key]);
    }
  };
  walk(schema, []);
  return found;
}

function typeAt(schema: JsonObject | undefined, path: readonly string[]): string | undefined {
  let at: unknown = schema;
  for (const key of path) {
    const properties = isObject(at) ? at["properties"] : undefined;
    at = isObject(properties) ? properties[key] : undefined;
  }
  return isObject(at) && typeof at["type"] === "string" ? at["type"] : undefined;
}

/** The inputs of the schema, and those that templates of the plan use already. */
function inputsOf(plan: DraftPlan): string[][] {
  const paths = fieldPaths(plan.inputSchema);
  const known = new Set(paths.map((path) => path.join("\n")));
  for (const step of plan.steps) {
    for (const path of inputsUsedBy(step)) {
      const name = path.join("\n");
      if (path.length === 0 || known.has(name)) continue;
      known.add(name);
      paths.push([...path]);
    }
  }
  return paths;
}

/** Steps that were not touched are the same objects, so each is read once. */
const used = new WeakMap<DraftStep, readonly (readonly string[])[]>();

function inputsUsedBy(step: DraftStep): readonly (readonly string[])[] {
  const known = used.get(step);
  if (known) return known;
  const found = [
    ...referencesOf(step.prompt),
    ...(step.system === undefined ? [] : referencesOf(step.system)),
    ...(step.condition === undefined ? [] : referencesOf(step.condition, "condition")),
  ];
  const paths = found.filter(({ root }) => root === "input").map(({ path }) => path);
  used.set(step, paths);
  return paths;
}

/** `extract.output.clauses`; a key that is no name stands in brackets. */
function memberName(root: string, path: readonly string[]): string {
  return path.reduce(
    (name, key) =>
      /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) && !key.endsWith("-")
        ? `${name}.${key}`
        : `${name}[${JSON.stringify(key)}]`,
    root,
  );
}
