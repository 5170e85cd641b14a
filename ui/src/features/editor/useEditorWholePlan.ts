// What can be done with the plan as a whole: duplicate, export, archive, discard the draft.

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Archive, CopyPlus, Download, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { shell } from "#door";

import { useAction } from "../../actions";
import { client, data } from "../../api/client";
import { keys } from "../../api/queries";
import type { PlanDocument } from "../../api/types";
import type { MenuItem } from "../../components/Menu";
import { toast } from "../../components/toasts";
import { type DraftPlan, toDocument } from "./model/draft";
import type { Editing, EditingView } from "./model/editing";
import type { Editor } from "./useEditor";
import { undoable } from "./useEditorActions";

type Format = "json" | "yaml";
const LONGEST_NAME = 100;

export interface WholePlan {
  items: readonly MenuItem[];
  /** What did not succeed, as a sentence. */
  failed: string | null;
}

export function useWholePlan({ planId, plan, layout }: Editor, editing: Editing, view: EditingView): WholePlan {
  const { t } = useTranslation("editor");
  const { t: action } = useTranslation("actions");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [failed, setFailed] = useState<string | null>(null);
  const path = { id: planId };
  const refresh = () => void queries.invalidateQueries({ queryKey: [...keys.plans, "list"] });
  const attempt = (act: "duplicate" | "archive" | "export", perform: () => Promise<void>) => {
    setFailed(null);
    perform().catch((error: unknown) => {
      setFailed(t(`failed.${act}`, { message: error instanceof Error ? error.message : "" }));
    });
  };
  const duplicate = () =>
    attempt("duplicate", async () => {
      const name = t("copyName", { name: plan.name.slice(0, LONGEST_NAME - 8) });
      const id = await copyOf(planId, { ...plan, name }, { ...layout });
      refresh();
      toast(t("duplicated", { name }));
      await navigate({ to: "/plans/$planId", params: { planId: id } });
    });
  const exportAs = (format: Format) =>
    attempt("export", async () => {
      const file = fileName(plan.name, format);
      const filter = { name: format.toUpperCase(), extensions: format === "json" ? ["json"] : ["yaml", "yml"] };
      if (await shell.saveFile(file, await written(plan, format), filter)) toast(t("exported", { file }));
    });
  const restore = () =>
    attempt("archive", async () => {
      await data(client.POST("/api/plans/{id}/restore", { params: { path } }));
      refresh();
    });
  const archive = () =>
    attempt("archive", async () => {
      await data(client.DELETE("/api/plans/{id}", { params: { path } }));
      refresh();
      toast(t("archivedToast", { name: plan.name }), { perform: restore });
      await navigate({ to: "/plans" });
    });
  const discard = () => {
    editing.discard();
    undoable(editing, t("discarded"));
  };
  const whyNotDiscard = view.isDirty ? null : t("more.noDraft");
  const toJson = () => exportAs("json");
  const toYaml = () => exportAs("yaml");
  useAction("plan.duplicate", duplicate);
  useAction("plan.exportJson", toJson);
  useAction("plan.exportYaml", toYaml);
  useAction("plan.archive", archive);
  const items: MenuItem[] = [
    { label: action("plan.duplicate"), icon: CopyPlus, onSelect: duplicate },
    { label: action("plan.exportJson"), icon: Download, onSelect: toJson },
    { label: action("plan.exportYaml"), icon: Download, onSelect: toYaml },
    "separator",
    { label: t("more.discard"), icon: RotateCcw, whyNot: whyNotDiscard, onSelect: discard },
    { label: action("plan.archive"), icon: Archive, onSelect: archive },
  ];
  return { items, failed };
}

/** The published version is always right, so the copy begins with it; what is being written follows as its draft. */
async function copyOf(planId: string, plan: DraftPlan, layout: Record<string, unknown>): Promise<string> {
  const published = await data(client.GET("/api/plans/{id}", { params: { path: { id: planId } } }));
  const copy = await data(client.POST("/api/plans", { body: { ...bare(published), name: plan.name } }));
  const path = { id: copy.id };
  await data(client.PUT("/api/plans/{id}/layout", { params: { path }, body: layout }));
  await data(client.PUT("/api/plans/{id}/draft", { params: { path }, body: { document: toDocument(plan) } }));
  return copy.id;
}

function bare({ steps, tags, description, inputSchema, defaults, hitl, name }: PlanDocument): PlanDocument {
  return {
    name,
    steps,
    ...(tags ? { tags } : {}),
    ...(description === undefined ? {} : { description }),
    ...(inputSchema ? { inputSchema } : {}),
    ...(defaults ? { defaults } : {}),
    ...(hitl ? { hitl } : {}),
  };
}

async function written(plan: DraftPlan, format: Format): Promise<string> {
  const document = toDocument(plan);
  if (format === "json") return `${JSON.stringify(document, null, 2)}\n`;
  const { dump } = await import("js-yaml");
  return dump(document, { lineWidth: 120, noRefs: true });
}

/** A name that every file system takes. */
function fileName(name: string, format: Format): string {
  const bareName = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return `${bareName || "plan"}.planloom.${format}`;
}
