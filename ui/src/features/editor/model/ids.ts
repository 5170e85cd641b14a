// What a step may be called (spec: Step fields). The engine checks the same; here it is known while somebody types.

import type { DraftPlan } from "./draft";

const PATTERN = /^[A-Za-z](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?$/;

const RESERVED = new Set(
  (
    "input steps loop self super caller if elif else for in is not and or true false none set with range dict " +
    "namespace debug"
  ).split(" "),
);

/** Why a step cannot be called so. */
export type IdFault = "empty" | "long" | "start" | "end" | "characters" | "reserved" | "taken";

/** `current` is the id that the step has now, which it may keep. */
export function idFault(id: string, plan: DraftPlan, current?: string): IdFault | null {
  if (id === "") return "empty";
  if (id.length > 64) return "long";
  if (!/^[A-Za-z]/.test(id)) return "start";
  if (!/^[A-Za-z0-9_-]+$/.test(id)) return "characters";
  if (!PATTERN.test(id)) return "end";
  if (RESERVED.has(id.toLowerCase())) return "reserved";
  if (id !== current && plan.steps.some((step) => step.id === id)) return "taken";
  return null;
}
