// From a plan, its layout and an execution to React Flow's nodes and edges. Pure; whatever did not change keeps its
// identity, so that an event draws only the nodes that it touched.

import { type Edge, type Node, type NodeHandle, Position as Side } from "@xyflow/react";

import type { Note, Position, Step, StepView } from "../api/types";
import { hasEnded } from "../components/status";
import { type Box, boxOf, NODE_HEIGHT, NODE_WIDTH, overlaps } from "./measures";
import { above, type End } from "./threads";
import { lookOfThread, type ThreadLook } from "./threadLook";

/** What the canvas shows of a step; drafts with errors have no more than an id and a prompt. */
export type CanvasStep = Pick<
  Step,
  | "id"
  | "prompt"
  | "model"
  | "queue"
  | "dependsOn"
  | "condition"
  | "requiresApproval"
  | "retry"
  | "outputSchema"
  | "timeoutMs"
  | "maxTokens"
>;

export interface StepProblem {
  severity: "error" | "warning";
  sentence: string;
}

/** What earlier executions let us expect of a step. */
export interface Expected {
  durationMs?: number | undefined;
  cost?: number | null | undefined;
  tokens?: number | undefined;
}

export type Mode = "edit" | "watch";

export interface StepData extends Record<string, unknown> {
  step: CanvasStep;
  mode: Mode;
  /** The model that a step without one gets. */
  model: string;
  asks: boolean;
  problem: StepProblem | null;
  view: StepView | null;
  gist: string | null;
  expected: Expected | null;
  threshold: number | null;
  isSimulated: boolean;
  /** Ids of the dependencies that have not ended, in one text so that equal ones are the same. */
  waitsFor: string;
  /** The one that Tab enters. */
  isEntry: boolean;
  /** How far left of the node its threads end; more than 0 where a bead hangs before it. */
  beadAt: number;
  /** How the thread between bead and node is drawn. */
  beadLook: ThreadLook;
}

export interface NoteData extends Record<string, unknown> {
  note: Note;
  isEditable: boolean;
}

export interface ThreadData extends Record<string, unknown> {
  look: ThreadLook;
}

export type StepFlowNode = Node<StepData, "step">;
export type NoteFlowNode = Node<NoteData, "note">;
export type FlowNode = StepFlowNode | NoteFlowNode;
export type FlowEdge = Edge<ThreadData, "thread">;

export interface FlowInput {
  mode: Mode;
  steps: readonly CanvasStep[];
  /** Every step's place, while something is dragged too. */
  places: ReadonlyMap<string, Position>;
  notes: readonly Note[];
  selection: ReadonlySet<string>;
  selectedThreads: ReadonlySet<string>;
  views?: Readonly<Record<string, StepView>> | undefined;
  problems?: ReadonlyMap<string, StepProblem> | undefined;
  gists?: Readonly<Record<string, string>> | undefined;
  expected?: Readonly<Record<string, Expected>> | undefined;
  defaultModel: string;
  asks?: ReadonlySet<string> | undefined;
  threshold?: number | null | undefined;
  isSimulated?: boolean | undefined;
  entry: string | null;
  /** Nodes are picks, and their threads end at the pick. */
  isFar: boolean;
  /** Nothing outside of it has an element; null where all have. */
  region?: Box | null | undefined;
  dragged?: ReadonlyMap<string, Position> | undefined;
  connecting?: Connecting | null | undefined;
}

/** A thread that is being drawn: held at one step, perhaps over another. */
export interface Connecting {
  id: string;
  holds: End;
  impossible: ReadonlySet<string>;
  over: string | null;
  isRefused: boolean;
}

export interface Flow {
  nodes: FlowNode[];
  edges: FlowEdge[];
}

/** Nodes and edges; those of `previous` that are still true are the same objects. */
export function toFlow(input: FlowInput, previous: Flow | null): Flow {
  const dependencies = above(input.steps);
  const oldNodes = new Map((previous?.nodes ?? []).map((node) => [node.id, node]));
  const oldEdges = new Map((previous?.edges ?? []).map((edge) => [edge.id, edge]));
  const nodes: FlowNode[] = [];
  const edges: FlowEdge[] = [];
  for (const note of input.notes) nodes.push(kept(oldNodes.get(note.id), noteNode(note, input)));
  for (const step of input.steps) {
    const others = dependencies.get(step.id) ?? [];
    nodes.push(kept(oldNodes.get(step.id), stepNode(step, others, input)));
    for (const other of others) {
      const edge = thread(other, step.id, input);
      edges.push(kept(oldEdges.get(edge.id), edge));
    }
  }
  return {
    nodes: sameItems(previous?.nodes, nodes) ?? nodes,
    edges: sameItems(previous?.edges, edges) ?? edges,
  };
}

export function threadId(from: string, to: string): string {
  return `${from} ${to}`;
}

/** The two steps of a thread. Ids have no spaces. */
export function endsOf(id: string): { from: string; to: string } {
  const [from = "", to = ""] = id.split(" ");
  return { from, to };
}

function stepNode(step: CanvasStep, others: readonly string[], input: FlowInput): StepFlowNode {
  const { mode, views, connecting } = input;
  const beadAt = step.condition ? (others.length > 1 ? 22 : 32) : 0;
  const waiting = mode === "watch" ? others.filter((id) => !hasEndedIn(views?.[id])) : [];
  const position = input.places.get(step.id) ?? { x: 0, y: 0 };
  const isDragged = input.dragged?.has(step.id) ?? false;
  return {
    id: step.id,
    type: "step",
    position,
    hidden: !isDragged && isOutside(boxOf(position), input),
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    measured: { width: NODE_WIDTH, height: NODE_HEIGHT },
    handles: handlesAt(input.isFar, beadAt),
    selected: input.selection.has(step.id),
    dragging: isDragged,
    className: connecting ? whileConnecting(step.id, connecting) : "",
    data: {
      step,
      mode,
      model: step.model ?? input.defaultModel,
      asks: step.requiresApproval === true || (input.asks?.has(step.id) ?? false),
      problem: input.problems?.get(step.id) ?? null,
      view: views?.[step.id] ?? null,
      gist: input.gists?.[step.id] ?? null,
      expected: input.expected?.[step.id] ?? null,
      threshold: input.threshold ?? null,
      isSimulated: input.isSimulated ?? false,
      waitsFor: waiting.join(" "),
      isEntry: input.entry === step.id,
      beadAt,
      beadLook: beadAt === 0 ? "rest" : beadLook(step.id, others, input),
    },
    domAttributes: LIST_ITEM,
  };
}

/** What goes through the bead is the most that goes through a thread that ends at it. */
const MOST_FIRST: readonly ThreadLook[] = ["ofSelected", "feeding", "used", "held", "skipped", "cancelled", "rest"];

function beadLook(id: string, others: readonly string[], input: FlowInput): ThreadLook {
  const looks = new Set(others.map((other) => lookOf(other, id, input)));
  return MOST_FIRST.find((look) => looks.has(look)) ?? (input.mode === "watch" ? "notReached" : "rest");
}

function lookOf(from: string, to: string, { mode, views, selection }: FlowInput): ThreadLook {
  if (mode === "watch") return lookOfThread(views?.[from], views?.[to]);
  return selection.has(from) || selection.has(to) ? "ofSelected" : "rest";
}

function noteNode(note: Note, { mode, selection }: FlowInput): NoteFlowNode {
  const { id, x, y, width, height } = note;
  return {
    id,
    type: "note",
    position: { x, y },
    width,
    height,
    measured: { width, height },
    handles: NO_HANDLES,
    selected: selection.has(id),
    zIndex: -1,
    data: { note, isEditable: mode === "edit" },
    domAttributes: LIST_ITEM,
  };
}

function thread(from: string, to: string, input: FlowInput): FlowEdge {
  const id = threadId(from, to);
  const look = lookOf(from, to, input);
  const isSelected = input.selectedThreads.has(id);
  return {
    id,
    type: "thread",
    source: from,
    target: to,
    hidden: isOutside(boxOfThread(from, to, input), input),
    selected: isSelected,
    selectable: input.mode === "edit",
    focusable: false,
    zIndex: isSelected || look === "ofSelected" ? 1 : 0,
    data: { look: isSelected ? "ofSelected" : look },
    domAttributes: HIDDEN,
  };
}

// Nodes say what they depend on, so threads are silent. One object each, so that equal nodes stay the same.
const HIDDEN = { "aria-hidden": true, "aria-label": undefined } as const;
const LIST_ITEM = { role: "listitem", "aria-roledescription": undefined } as const;

const NO_HANDLES: NodeHandle[] = [];
const handlesKept = new Map<string, NodeHandle[]>();

/** The rings on the edges; threads end at their outer side. */
const RING = 9;

/** Where threads end, from the left edge of the node: at its edges, at its bead, or at its pick. */
export function anchors(isFar: boolean, beadAt: number): { left: number; right: number } {
  if (isFar) return { left: NODE_WIDTH / 2, right: NODE_WIDTH / 2 };
  return { left: beadAt > 0 ? -beadAt - 10 : -RING / 2, right: NODE_WIDTH + RING / 2 };
}

function handlesAt(isFar: boolean, beadAt: number): NodeHandle[] {
  const key = `${isFar} ${beadAt}`;
  let handles = handlesKept.get(key);
  if (!handles) {
    const { left, right } = anchors(isFar, beadAt);
    const y = NODE_HEIGHT / 2;
    const size = isFar ? 0 : RING;
    handles = [
      { type: "target", position: Side.Left, x: left, y: y - size / 2, width: size, height: size },
      { type: "source", position: Side.Right, x: right - size, y: y - size / 2, width: size, height: size },
    ];
    handlesKept.set(key, handles);
  }
  return handles;
}

function whileConnecting(id: string, { impossible, over, isRefused }: Connecting): string {
  if (over === id) return isRefused ? "refused" : "target";
  return impossible.has(id) ? "impossible" : "";
}

function isOutside(box: Box, { region }: FlowInput): boolean {
  return region != null && !overlaps(box, region);
}

/** What a thread may cover: both its nodes and what lies between. */
function boxOfThread(from: string, to: string, { places }: FlowInput): Box {
  const [a, b] = [places.get(from), places.get(to)];
  if (!a || !b) return { x: 0, y: 0, width: 0, height: 0 };
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x) + NODE_WIDTH,
    height: Math.abs(a.y - b.y) + NODE_HEIGHT,
  };
}

/** The old one where the new one says the same. */
function kept<T extends FlowNode | FlowEdge>(old: FlowNode | FlowEdge | undefined, now: T): T {
  // An id names one kind of thing for ever, so what lies under it has the new one's type.
  return old !== undefined && saysTheSame(old, now) ? (old as T) : now;
}

const DEEP = new Set(["position", "data", "measured"]);

function saysTheSame(old: object, now: object): boolean {
  const before = old as Record<string, unknown>;
  const after = now as Record<string, unknown>;
  for (const key in after) {
    if (before[key] === after[key]) continue;
    if (!DEEP.has(key) || !isShallowEqual(before[key], after[key])) return false;
  }
  return true;
}

function isShallowEqual(old: unknown, now: unknown): boolean {
  if (typeof old !== "object" || typeof now !== "object" || old === null || now === null) return false;
  const before = old as Record<string, unknown>;
  const after = now as Record<string, unknown>;
  for (const key in after) if (before[key] !== after[key]) return false;
  return true;
}

function sameItems<T>(old: T[] | undefined, now: readonly T[]): T[] | null {
  if (old?.length !== now.length) return null;
  return old.every((item, index) => item === now[index]) ? old : null;
}

function hasEndedIn(view: StepView | undefined): boolean {
  return view !== undefined && hasEnded(view.status);
}
