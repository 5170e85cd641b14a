// The engine as the editor needs it: reads what is there, and saves, checks and publishes by the API.

import type { QueryClient } from "@tanstack/react-query";
import i18next from "i18next";

import { client, data } from "../../api/client";
import { isApiError } from "../../api/problem";
import { draftQuery, keys, planQuery } from "../../api/queries";
import type { Layout, PlanDocument } from "../../api/types";
import { type DraftPlan, readDraft, readLayout, shared, toDocument } from "./model/draft";
import type { EditingDoor, PublishAnswer, Start, Theirs } from "./model/editing";
import { Conflict, Refused } from "./model/saving";
import { forgetUnsaved, keepUnsaved, takeUnsaved } from "./model/unsaved";

/** Plans whose editor has closed and still saves: opened again, the page waits for it. */
const leaving = new Map<string, Promise<void>>();

export function leave(planId: string, ended: Promise<void>): void {
  const done = ended.finally(() => {
    if (leaving.get(planId) === done) leaving.delete(planId);
  });
  leaving.set(planId, done);
}

export interface Opened extends Start {
  /** Since when it is archived: it can be read, not published or run. */
  archivedAt: string | null;
}

/** What the engine has of a plan, asked anew, and what this window has that the engine has not. */
export async function openPlan(planId: string, queries: QueryClient): Promise<Opened> {
  await leaving.get(planId);
  const { view, draft } = await readBoth(planId, queries);
  const published = readDraft(view);
  const plan = draft ? shared(readDraft(draft.document), published) : published;
  const document = { plan, layout: readLayout(view.layout) };
  const unsaved = takeUnsaved(planId);
  return {
    document,
    published,
    version: view.version,
    revision: draft?.draftRevision ?? null,
    draftAtMs: draft ? Date.parse(draft.updatedAt) : null,
    unsaved: unsaved && {
      document: { plan: shared(unsaved.plan, plan), layout: unsaved.layout },
      revision: unsaved.revision,
    },
    archivedAt: view.archivedAt ?? null,
  };
}

async function readBoth(planId: string, queries: QueryClient) {
  const [view, draft] = await Promise.all([
    queries.fetchQuery({ ...planQuery(planId), staleTime: 0 }),
    queries.fetchQuery({ ...draftQuery(planId), staleTime: 0 }),
  ]);
  return { view, draft };
}

export function editorDoor(planId: string, queries: QueryClient): EditingDoor {
  const path = { id: planId };
  const listChanged = () => void queries.invalidateQueries({ queryKey: [...keys.plans, "list"] });
  return {
    async putDraft(plan, revision) {
      const body = { document: toDocument(plan), ...(revision === null ? {} : { draftRevision: revision }) };
      const draft = await saved(data(client.PUT("/api/plans/{id}/draft", { params: { path }, body })));
      queries.setQueryData(keys.draft(planId), draft);
      if (revision === null) listChanged();
      return { revision: draft.draftRevision, atMs: Date.parse(draft.updatedAt) };
    },
    async deleteDraft() {
      await gone(data(client.DELETE("/api/plans/{id}/draft", { params: { path } })));
      queries.setQueryData(keys.draft(planId), null);
      listChanged();
    },
    async putLayout(layout: Layout) {
      await saved(data(client.PUT("/api/plans/{id}/layout", { params: { path }, body: { ...layout } })));
    },
    keep: ({ plan, layout }, revision) => {
      keepUnsaved(planId, { plan, layout, revision, atMs: Date.now() });
    },
    forget: () => forgetUnsaved(planId),
    async check(plan, signal) {
      const { issues } = await data(client.POST("/api/plans/validate", { body: toDocument(plan), signal }));
      return issues;
    },
    async publish(plan, on, note) {
      const answer = await publish(planId, plan, on, note);
      if (answer.outcome === "published") {
        void queries.invalidateQueries({ queryKey: keys.plan(planId) });
        listChanged();
      }
      return answer;
    },
    async readTheirs(): Promise<Theirs> {
      const { view, draft } = await readBoth(planId, queries);
      const published = readDraft(view);
      return {
        plan: draft ? readDraft(draft.document) : published,
        revision: draft?.draftRevision ?? null,
        atMs: Date.parse(draft?.updatedAt ?? view.updatedAt),
        version: view.version,
        published,
      };
    },
    nowMs: Date.now,
  };
}

/** Refusals that saving has to tell apart; no answer, and an engine in trouble, are tried again as they are. */
async function saved<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isApiError(error, "VERSION_CONFLICT")) throw new Conflict(error.message, { cause: error });
    const isFinal =
      isApiError(error) && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
    if (isFinal) throw new Refused(error.message, { cause: error });
    throw error;
  }
}

/** What is not there need not go. */
async function gone(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!isApiError(error) || error.status !== 404) throw error;
  }
}

async function publish(planId: string, plan: DraftPlan, on: number, note: string | undefined): Promise<PublishAnswer> {
  try {
    const view = await data(
      client.PUT("/api/plans/{id}", {
        params: { path: { id: planId }, query: note ? { note } : {}, header: { "If-Match": `"${on}"` } },
        // A draft may be wrong in any way, and the engine says in which.
        body: toDocument(plan) as PlanDocument,
      }),
    );
    return { outcome: "published", version: view.version };
  } catch (error) {
    if (!isApiError(error)) return { outcome: "failed", message: i18next.t("editor:publish.offline") };
    const current = error.details?.current;
    if (error.code === "VERSION_CONFLICT" && current != null) return { outcome: "conflict", current };
    const isWrong = error.issues.some((issue) => issue.severity === "error");
    return { outcome: isWrong ? "refused" : "failed", message: error.message };
  }
}
