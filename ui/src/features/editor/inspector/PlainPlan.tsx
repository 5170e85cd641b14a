// What belongs to the plan as a whole.

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { versionsQuery } from "../../../api/queries";
import { Field } from "../../../components/Field";
import { absolute } from "../../../components/format";
import { NumberField } from "../../../components/NumberField";
import { Row } from "../../../components/Row";
import { TextArea } from "../../../components/TextArea";
import { TextField } from "../../../components/TextField";
import type { DraftHitl, PlanField } from "../model/draft";
import type { PlanChange } from "../model/edits";
import { useEditor } from "../useEditor";
import styles from "./Plain.module.css";
import { SchemaField } from "./PlainSchema";

export function PlanInspector() {
  const { t } = useTranslation("plain");
  const { plan, planId, perform } = useEditor();
  const { data: versions } = useQuery(versionsQuery(planId));
  const set = (field: PlanField, change: PlanChange) => perform({ kind: "changePlan", change, field });
  const setHitl = (change: Partial<DraftHitl>) => {
    const all = Object.entries({ ...plan.hitl, ...change }).filter(([, value]) => value !== undefined && value !== null);
    set("hitl", { hitl: all.length === 0 ? undefined : Object.fromEntries(all) });
  };
  return (
    <div className={styles.form}>
      <Field label={t("plan.name")}>
        <TextField value={plan.name} onChange={(name) => set("name", { name })} mono isStrong />
      </Field>
      <Field label={t("plan.description")}>
        <TextArea
          rows={2}
          isGrowing
          value={plan.description ?? ""}
          onChange={(text) => set("description", { description: text === "" ? undefined : text })}
        />
      </Field>
      <Field label={t("plan.tags")} hint={t("plan.tagsHint")}>
        <TextField
          value={(plan.tags ?? []).join(", ")}
          onChange={(text) => set("tags", { tags: text.split(",").map((tag) => tag.trimStart()).filter((tag, at, all) => tag !== "" || at === all.length - 1) })}
        />
      </Field>
      <div className={styles.rows}>
        <Row label={t("plan.schema")} value={plan.inputSchema ? t("hasSchema") : t("plan.fromTemplates")}>
          <SchemaField
            label={t("plan.schema")}
            hint={t("plan.schemaHint")}
            value={plan.inputSchema}
            onChange={(inputSchema) => set("inputSchema", { inputSchema })}
          />
        </Row>
        <Row label={t("plan.review")} value={plan.hitl?.confidenceThreshold ?? t("none")}>
          <Field label={t("plan.threshold")} hint={t("plan.thresholdHint")}>
            <NumberField
              min={0}
              max={1}
              step={0.05}
              placeholder="0.85"
              value={plan.hitl?.confidenceThreshold ?? null}
              onChange={(value) => {
                const { confidenceThreshold: _, ...rest } = plan.hitl ?? {};
                set("hitl", {
                  hitl: value === null ? (Object.keys(rest).length === 0 ? undefined : rest) : { ...rest, confidenceThreshold: value },
                });
              }}
            />
          </Field>
          <Field label={t("plan.timeout")} hint={t("plan.timeoutHint")}>
            <NumberField
              min={1}
              unit="ms"
              value={plan.hitl?.timeoutMs ?? null}
              onChange={(value) => {
                const { timeoutMs: _, ...rest } = plan.hitl ?? {};
                if (value === null) set("hitl", { hitl: rest });
                else setHitl({ timeoutMs: value });
              }}
            />
          </Field>
        </Row>
        <Row label={t("plan.versions")} value={versions?.pagination.total ?? ""}>
          <ol className={styles.versions}>
            {versions?.items.map((version) => (
              <li key={version.version}>
                <span className={styles.version}>v{version.version}</span>
                <span>{version.note ?? ""}</span>
                <time className={styles.time} dateTime={version.createdAt}>
                  {absolute(version.createdAt)}
                </time>
              </li>
            ))}
          </ol>
        </Row>
      </div>
    </div>
  );
}
