// What each edit makes of a document. Pure: nothing is changed in place, and what an edit does not touch stays the same
// object. An edit that is not possible gives back the document itself; no edit closes a cycle or repeats an id.

import type { Layout, Note, Position } from "../../../api/types";
import { renameReferences } from "../prompt/template";
import { copied, copyIds } from "./copies";
import {
  type DraftHitl,
  type DraftPlan,
  type DraftStep,
  type EditorDocument,
  isSame,
  readDraft,
  shared,
  toDocument,
} from "./draft";
import { type Edit, never, type NoteChange, type PlanChange, type Positions, type StepChange } from "./edits";
import { idFault } from "./ids";
import { hasCycle, leadsTo } from "./links";
import { patched } from "./patch";

export function edit(document: EditorDocument, change: Edit): EditorDocument {
  switch (change.kind) {
    case "addStep":
      return addStep(document, change);
    case "removeSteps":
      return removeItems(document, change.ids, []);
    case "changeStep":
      return changeSteps(document, [change.id], change.change);
    case "changeSteps":
      return changeSteps(document, change.ids, change.change);
    case "renameStep":
      return renameStep(document, change.id, change.to);
    case "connect":
      return connect(document, change.from, change.to);
    case "disconnect":
      return disconnect(document, change.from, change.to);
    case "moveItems":
    case "layoutAll":
      return withLayout(document, moved(document, change.positions));
    case "duplicateSteps":
      return duplicate(document, change.ids, change.positions);
    case "pasteSteps":
      return paste(document, change.steps, change.positions, change.at);
    case "changePlan":
      return withPlan(document, changed(document.plan, withName(change.change)));
    case "addNote":
      if (document.layout.notes.some((note) => note.id === change.note.id)) return document;
      return withNotes(document, [...document.layout.notes, change.note]);
    case "changeNote":
      return withNotes(document, changedNotes(document.layout.notes, change.id, change.change));
    case "removeNotes":
      return removeItems(document, [], change.ids);
    case "removeItems":
      return removeItems(document, change.steps, change.notes);
    case "applyFix":
      return applyFix(document, change);
    case "replace":
      return withPlan(document, shared(change.plan, document.plan));
    default:
      return never(change);
  }
}

function withPlan(document: EditorDocument, plan: DraftPlan): EditorDocument {
  return plan === document.plan ? document : { ...document, plan };
}

function withSteps(document: EditorDocument, steps: readonly DraftStep[]): EditorDocument {
  return steps === document.plan.steps ? document : withPlan(document, { ...document.plan, steps });
}

function withLayout(document: EditorDocument, layout: Layout): EditorDocument {
  return layout === document.layout ? document : { ...document, layout };
}

function withNotes(document: EditorDocument, notes: Note[]): EditorDocument {
  return notes === document.layout.notes ? document : withLayout(document, { ...document.layout, notes });
}

/** Each item through `change`; the same array when none of them changed. */
function mapped<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let isChanged = false;
  const result = items.map((item) => {
    const next = change(item);
    isChanged ||= next !== item;
    return next;
  });
  return isChanged ? result : items;
}

/** The object with new values; keys whose new value is undefined go. The same object when nothing is new. */
function changed<T extends object>(object: T, change: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const news = Object.entries(change).filter(([key, value]) => !isSame(Reflect.get(object, key), value));
  if (news.length === 0) return object;
  const result = { ...object, ...Object.fromEntries(news) };
  for (const [key, value] of news) if (value === undefined) Reflect.deleteProperty(result, key);
  return result;
}

function addStep(document: EditorDocument, added: Extract<Edit, { kind: "addStep" }>): EditorDocument {
  const { plan } = document;
  const { id, position, from, to, step: fields = {} } = added;
  if (idFault(id, plan) !== null) return document;
  const above = new Set([...(fields.dependsOn ?? []), ...(from === undefined ? [] : [from])]);
  above.delete(id);
  const blank: DraftStep = { id, prompt: "" };
  const dependsOn = above.size > 0 ? [...above] : undefined;
  const step = changed(blank, { ...fields, prompt: fields.prompt ?? "", dependsOn });
  // Steps may name one that did not exist so far; together with its own dependencies that could be a cycle.
  const steps = [...plan.steps, step];
  const safe = closesCycle(steps, step) ? [...plan.steps, changed(step, { dependsOn: undefined })] : steps;
  const grown = { plan: { ...plan, steps: safe }, layout: moved(document, { [id]: position }, id) };
  return to === undefined ? grown : connect(grown, id, to);
}

function closesCycle(steps: readonly DraftStep[], step: DraftStep): boolean {
  return (step.dependsOn ?? []).some((other) => leadsTo(steps, step.id, other));
}

function removeItems(document: EditorDocument, ids: readonly string[], noteIds: readonly string[]): EditorDocument {
  const { plan, layout } = document;
  const gone = new Set(ids.filter((id) => plan.steps.some((step) => step.id === id)));
  const goneNotes = new Set(noteIds);
  const notes = layout.notes.some((note) => goneNotes.has(note.id))
    ? layout.notes.filter((note) => !goneNotes.has(note.id))
    : layout.notes;
  if (gone.size === 0) return withNotes(document, notes);
  const left = plan.steps.filter((step) => !gone.has(step.id));
  const steps = mapped(left, (step) => withoutDependencies(step, gone));
  const nodes = Object.fromEntries(Object.entries(layout.nodes).filter(([id]) => !gone.has(id)));
  return {
    plan: withReviews({ ...plan, steps }, (id) => (gone.has(id) ? null : id)),
    layout: { ...layout, nodes, notes },
  };
}

function withoutDependencies(step: DraftStep, gone: ReadonlySet<string>): DraftStep {
  if (!step.dependsOn?.some((id) => gone.has(id))) return step;
  const dependsOn = step.dependsOn.filter((id) => !gone.has(id));
  return changed(step, { dependsOn: dependsOn.length > 0 ? dependsOn : undefined });
}

/** `hitl.requiredFor` through `follow`; null takes an id out. */
function withReviews(plan: DraftPlan, follow: (id: string) => string | null): DraftPlan {
  const required = plan.hitl?.requiredFor;
  if (!plan.hitl || !required) return plan;
  const followed = required.map(follow).filter((id) => id !== null);
  const hitl: DraftHitl = changed(plan.hitl, { requiredFor: followed.length > 0 ? followed : undefined });
  return hitl === plan.hitl || followed.join(" ") === required.join(" ") ? plan : { ...plan, hitl };
}

function changeSteps(document: EditorDocument, ids: readonly string[], change: StepChange): EditorDocument {
  const wanted = new Set(ids);
  const sound: StepChange = "prompt" in change ? { ...change, prompt: change.prompt ?? "" } : change;
  const steps = mapped(document.plan.steps, (step) => (wanted.has(step.id) ? withoutOld(step, sound) : step));
  if (change.dependsOn === undefined || steps === document.plan.steps) return withSteps(document, steps);
  // An empty list is none, and a dependency that would close a cycle stays out.
  return withSteps(document, acyclic(steps, wanted));
}

/** A field that is set anew no longer has the value that was not understood. */
function withoutOld(step: DraftStep, change: StepChange): DraftStep {
  const next = changed(step, change);
  const old = step.other;
  if (next === step && !Object.keys(change).some((key) => old !== undefined && Object.hasOwn(old, key))) return step;
  if (!old) return next;
  const kept = Object.fromEntries(Object.entries(old).filter(([key]) => !Object.hasOwn(change, key)));
  return changed(next, { other: Object.keys(kept).length > 0 ? kept : undefined });
}

function acyclic(steps: readonly DraftStep[], wanted: ReadonlySet<string>): readonly DraftStep[] {
  let result = steps;
  for (const { id, dependsOn } of steps) {
    if (!wanted.has(id)) continue;
    const bare = result.map((step) => (step.id === id ? changed(step, { dependsOn: undefined }) : step));
    const sound = [...new Set(dependsOn)].filter((other) => !leadsTo(bare, id, other));
    const own = sound.length > 0 ? sound : undefined;
    result = result.map((step) => (step.id === id ? changed(step, { dependsOn: own }) : step));
  }
  return result;
}

function withName(change: PlanChange): PlanChange {
  return "name" in change ? { ...change, name: change.name ?? "" } : change;
}

function renameStep(document: EditorDocument, id: string, to: string): EditorDocument {
  const { plan, layout } = document;
  if (id === to || !plan.steps.some((step) => step.id === id) || idFault(to, plan) !== null) return document;
  // A step that names the new id already, though nobody had it, would then depend on this one.
  const steps = mapped(plan.steps, (step) => renamedIn(step.id === id ? { ...step, id: to } : step, id, to));
  if (!hasCycle(plan.steps) && hasCycle(steps)) return document;
  const nodes = Object.fromEntries(Object.entries(layout.nodes).map(([key, at]) => [key === id ? to : key, at]));
  return {
    plan: withReviews({ ...plan, steps }, (other) => (other === id ? to : other)),
    layout: Object.hasOwn(layout.nodes, id) ? { ...layout, nodes } : layout,
  };
}

/** A step with every mention of an id following. */
export function renamedIn(step: DraftStep, from: string, to: string): DraftStep {
  const text = (template: string, mode: "template" | "condition" = "template") =>
    template.includes(from) ? renameReferences(template, from, to, mode) : template;
  const own = step.dependsOn?.includes(from)
    ? { dependsOn: [...new Set(step.dependsOn.map((id) => (id === from ? to : id)))] }
    : {};
  return changed(step, {
    ...own,
    prompt: text(step.prompt),
    ...(step.system === undefined ? {} : { system: text(step.system) }),
    ...(step.condition === undefined ? {} : { condition: renameReferences(step.condition, from, to, "condition") }),
  });
}

function connect(document: EditorDocument, from: string, to: string): EditorDocument {
  const { steps } = document.plan;
  const target = steps.find((step) => step.id === to);
  if (!target || !steps.some((step) => step.id === from)) return document;
  if (target.dependsOn?.includes(from) || leadsTo(steps, to, from)) return document;
  const dependsOn = [...(target.dependsOn ?? []), from];
  return withSteps(
    document,
    steps.map((step) => (step === target ? changed(step, { dependsOn }) : step)),
  );
}

function disconnect(document: EditorDocument, from: string, to: string): EditorDocument {
  const gone = new Set([from]);
  return withSteps(
    document,
    mapped(document.plan.steps, (step) => (step.id === to ? withoutDependencies(step, gone) : step)),
  );
}

/** The layout with new places, of steps and notes that there are (or of `added`). */
function moved({ plan, layout }: EditorDocument, positions: Positions, added?: string): Layout {
  const ids = new Set(plan.steps.map((step) => step.id));
  if (added !== undefined) ids.add(added);
  const news = Object.entries(positions).filter(([id, at]) => ids.has(id) && !isSame(layout.nodes[id], at));
  const notes = mapped(layout.notes, (note) => {
    const at = Object.hasOwn(positions, note.id) ? positions[note.id] : undefined;
    return at === undefined || ids.has(note.id) ? note : changed(note, { x: at.x, y: at.y });
  });
  if (news.length === 0 && notes === layout.notes) return layout;
  return { nodes: { ...layout.nodes, ...Object.fromEntries(news) }, notes: [...notes] };
}

/** Far enough from the original to be seen, and on the grid. */
const ASIDE: Position = { x: 32, y: 32 };

interface Inserted {
  steps: readonly DraftStep[];
  positions: Positions;
}

/** Copies a little off the originals, or where they were dragged to. */
function duplicate(document: EditorDocument, ids: readonly string[], places: Positions | undefined): EditorDocument {
  const wanted = new Set(ids);
  const steps = document.plan.steps.filter((step) => wanted.has(step.id));
  if (places !== undefined) return insert(document, { steps, positions: places }, { x: 0, y: 0 });
  return insert(document, { steps, positions: document.layout.nodes }, ASIDE);
}

function paste(
  document: EditorDocument,
  steps: readonly DraftStep[],
  positions: Positions,
  at: Position | undefined,
): EditorDocument {
  const places = steps.map((step) => positions[step.id]).filter((place) => place !== undefined);
  const left = Math.min(...places.map((place) => place.x));
  const top = Math.min(...places.map((place) => place.y));
  const by = at && places.length > 0 ? { x: at.x - left, y: at.y - top } : ASIDE;
  return insert(document, { steps, positions }, by);
}

function insert(document: EditorDocument, { steps, positions }: Inserted, by: Position): EditorDocument {
  if (steps.length === 0) return document;
  const { plan, layout } = document;
  const names = copyIds(plan, steps);
  const copies = copied(steps, names, renamedIn);
  const all = [...plan.steps, ...copies];
  const wanted = new Set(copies.map((step) => step.id));
  const places = Object.entries(positions).flatMap(([id, at]) => {
    const name = names.get(id);
    return name === undefined ? [] : [[name, { x: at.x + by.x, y: at.y + by.y }] as const];
  });
  return {
    plan: { ...plan, steps: !hasCycle(plan.steps) && hasCycle(all) ? acyclic(all, wanted) : all },
    layout: { ...layout, nodes: { ...layout.nodes, ...Object.fromEntries(places) } },
  };
}

function changedNotes(notes: Note[], id: string, change: NoteChange): Note[] {
  const next = mapped(notes, (note) => (note.id === id ? changed(note, change) : note));
  return next === notes ? notes : [...next];
}

/** A fix that no longer fits the plan, or would do harm to it, changes nothing. */
function applyFix(document: EditorDocument, { operations }: Extract<Edit, { kind: "applyFix" }>): EditorDocument {
  const { plan } = document;
  const result = patched(toDocument(plan), operations);
  if (result === null) return document;
  const next = shared(readDraft(result), plan);
  if (next === plan || (!hasCycle(plan.steps) && hasCycle(next.steps))) return document;
  return withPlan(document, next);
}
