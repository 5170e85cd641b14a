// What the list of plans changes, as calls of the API and nothing else.

import { client, data } from "../../api/client";
import type { Plan, PlanDocument } from "../../api/types";

/** The API's limit for a name. */
export const LONGEST_NAME = 100;

export function createPlan(body: PlanDocument): Promise<Plan> {
  return data(client.POST("/api/plans", { body }));
}

/** The newest version as it is stored: lists have prompts cut short. */
export function readPlan(id: string): Promise<Plan> {
  return data(client.GET("/api/plans/{id}", { params: { path: { id } } }));
}

export function archivePlan(id: string): Promise<unknown> {
  return data(client.DELETE("/api/plans/{id}", { params: { path: { id } } }));
}

export function restorePlan(id: string): Promise<unknown> {
  return data(client.POST("/api/plans/{id}/restore", { params: { path: { id } } }));
}

export function placeSteps(id: string, layout: Record<string, unknown>): Promise<unknown> {
  return data(client.PUT("/api/plans/{id}/layout", { params: { path: { id } }, body: layout }));
}

/** A name for a copy that no other plan has, within the limit. `copy` makes one from a name and a number. */
export function nameOfCopy(
  name: string,
  taken: ReadonlySet<string>,
  copy: (name: string, n: number) => string,
): string {
  for (let n = 1; ; n += 1) {
    let bare = name;
    while (copy(bare, n).length > LONGEST_NAME) bare = bare.slice(0, -1);
    const made = copy(bare, n);
    if (!taken.has(made)) return made;
  }
}
