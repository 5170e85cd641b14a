// Every field of the selected step.

import { Braces, RotateCcw, Split, Timer, UserRound } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Chip } from "../../../components/Chip";
import { Field } from "../../../components/Field";
import { Menu } from "../../../components/Menu";
import { Button } from "../../../components/Button";
import { NumberField } from "../../../components/NumberField";
import { ControlRow, Row } from "../../../components/Row";
import { Select } from "../../../components/Select";
import { Sentence } from "../../../components/Sentence";
import { Switch } from "../../../components/Switch";
import { TextArea } from "../../../components/TextArea";
import { TextField } from "../../../components/TextField";
import { refusal } from "../../../graph";
import type { DraftStep, StepField } from "../model/draft";
import type { StepChange } from "../model/edits";
import { idFault } from "../model/ids";
import { useEditor } from "../useEditor";
import styles from "./Plain.module.css";
import { SchemaField } from "./PlainSchema";

export function StepInspector({ id }: { id: string }) {
  const { plan } = useEditor();
  const step = plan.steps.find((one) => one.id === id);
  return step ? <Fields step={step} /> : null;
}

function Fields({ step }: { step: DraftStep }) {
  const { t } = useTranslation("plain");
  const { perform, problemsOf, plan } = useEditor();
  const set = (field: StepField, change: StepChange) => perform({ kind: "changeStep", id: step.id, change, field });
  const problems = problemsOf(step.id);
  const problemOf = (field: string) => problems.find((problem) => problem.field?.split(".").at(-1)?.startsWith(field))?.message;
  return (
    <div className={styles.form}>
      <StepId step={step} />
      <div className={styles.pair}>
        <ModelField step={step} set={(model) => set("model", { model })} />
        <QueueField step={step} set={(queue) => set("queue", { queue })} />
      </div>
      <Prompt step={step} error={problemOf("prompt")} set={(prompt) => set("prompt", { prompt })} />
      <DependsOn step={step} />
      <div className={styles.rows}>
        <ControlRow icon={UserRound} label={t("always")}>
          {(labelId) => (
            <Switch
              labelledBy={labelId}
              checked={step.requiresApproval === true}
              onChange={(isOn) => set("requiresApproval", { requiresApproval: isOn || undefined })}
            />
          )}
        </ControlRow>
        <Row icon={Split} label={t("condition")} value={step.condition ?? t("alwaysRuns")}>
          <Field label={t("condition")} hint={<Sentence text={t("conditionHint")} />} error={problemOf("condition")}>
            <TextField
              mono
              value={step.condition ?? ""}
              onChange={(text) => set("condition", { condition: text === "" ? undefined : text })}
            />
          </Field>
        </Row>
        <Row
          icon={RotateCcw}
          label={t("retry")}
          value={t("retryValue", { count: step.retry?.maxAttempts ?? 3, ms: step.retry?.backoffMs ?? 1_000 })}
        >
          <div className={styles.pair}>
            <Field label={t("attempts")}>
              <NumberField
                min={1}
                placeholder="3"
                value={step.retry?.maxAttempts ?? null}
                onChange={(maxAttempts) => set("retry", { retry: retryOf(step, { maxAttempts }) })}
              />
            </Field>
            <Field label={t("backoff")}>
              <NumberField
                min={0}
                unit="ms"
                placeholder="1000"
                value={step.retry?.backoffMs ?? null}
                onChange={(backoffMs) => set("retry", { retry: retryOf(step, { backoffMs }) })}
              />
            </Field>
          </div>
        </Row>
        <Row icon={Braces} label={t("schema")} value={step.outputSchema ? t("hasSchema") : t("freeText")}>
          <SchemaField
            label={t("schema")}
            hint={t("schemaHint")}
            error={problemOf("outputSchema")}
            value={step.outputSchema}
            onChange={(outputSchema) => set("outputSchema", { outputSchema })}
          />
        </Row>
        <Row icon={Timer} label={t("limits")} value={t("timeoutValue", { ms: step.timeoutMs ?? plan.defaults?.timeoutMs ?? 300_000 })}>
          <div className={styles.pair}>
            <Field label={t("timeout")} error={problemOf("timeoutMs")}>
              <NumberField
                min={1}
                unit="ms"
                placeholder="300000"
                value={step.timeoutMs ?? null}
                onChange={(value) => set("timeoutMs", { timeoutMs: value ?? undefined })}
              />
            </Field>
            <Field label={t("maxTokens")} error={problemOf("maxTokens")}>
              <NumberField
                min={1}
                value={step.maxTokens ?? null}
                onChange={(value) => set("maxTokens", { maxTokens: value ?? undefined })}
              />
            </Field>
            <Field label={t("temperature")} error={problemOf("temperature")}>
              <NumberField
                min={0}
                max={2}
                step={0.1}
                value={step.temperature ?? null}
                onChange={(value) => set("temperature", { temperature: value ?? undefined })}
              />
            </Field>
          </div>
        </Row>
        <Row label={t("system")} value={step.system === undefined ? t("none") : t("set")}>
          <Field label={t("system")} hint={t("systemHint")} error={problemOf("system")}>
            <TextArea
              mono
              isGrowing
              value={step.system ?? ""}
              onChange={(text) => set("system", { system: text === "" ? undefined : text })}
            />
          </Field>
        </Row>
      </div>
    </div>
  );
}

function retryOf(step: DraftStep, change: { maxAttempts?: number | null; backoffMs?: number | null }): DraftStep["retry"] {
  const { maxAttempts = step.retry?.maxAttempts ?? null, backoffMs = step.retry?.backoffMs ?? null } = change;
  if (maxAttempts === null && backoffMs === null) return undefined;
  return { ...(maxAttempts === null ? {} : { maxAttempts }), ...(backoffMs === null ? {} : { backoffMs }) };
}

/** The id follows everywhere when it is left; until then it is only written. */
function StepId({ step }: { step: DraftStep }) {
  const { t } = useTranslation("plain");
  const { plan, perform, idFocus } = useEditor();
  const [written, setWritten] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (idFocus > 0) field.current?.select();
  }, [idFocus]);
  const value = written ?? step.id;
  const why = idFault(value, plan, step.id);
  const fault = why === null ? undefined : t(why === "taken" ? "idTaken" : "idRule");
  const leave = () => {
    if (fault === undefined && value !== step.id) perform({ kind: "renameStep", id: step.id, to: value });
    setWritten(null);
  };
  return (
    <Field label={t("id")} error={fault}>
      <TextField
        ref={field}
        mono
        isStrong
        value={value}
        onChange={setWritten}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === "Enter") leave();
          if (event.key === "Escape") setWritten(null);
        }}
      />
    </Field>
  );
}

function ModelField({ step, set }: { step: DraftStep; set: (model: string | undefined) => void }) {
  const { t } = useTranslation("plain");
  const { models, plan } = useEditor();
  const byDefault = plan.defaults?.model ?? "sonnet";
  const known = models.map((model) => ({
    value: model.alias,
    label: model.alias,
    hint: model.prices ? `$${model.prices.input} / $${model.prices.output}` : undefined,
  }));
  const isKnown = step.model === undefined || models.some((model) => model.alias === step.model);
  const own = isKnown || step.model === undefined ? [] : [{ value: step.model, label: step.model }];
  return (
    <Field label={t("model")}>
      <Select
        mono
        value={step.model ?? ""}
        options={[{ value: "", label: byDefault, hint: t("default") }, ...own, ...known].filter(({ value }) => value !== "")}
        placeholder={`${byDefault}, ${t("default")}`}
        onChange={(model) => set(model)}
      />
    </Field>
  );
}

function QueueField({ step, set }: { step: DraftStep; set: (queue: string | undefined) => void }) {
  const { t } = useTranslation("plain");
  const { queues, plan } = useEditor();
  const names = queues.filter((lane) => lane.kind === "queue").map((lane) => lane.name);
  const all = step.queue === undefined || names.includes(step.queue) ? names : [step.queue, ...names];
  return (
    <Field label={t("queue")}>
      <Select
        mono
        value={step.queue ?? plan.defaults?.queue ?? "default"}
        options={all.map((name) => ({ value: name, label: name }))}
        onChange={(queue) => set(queue)}
      />
    </Field>
  );
}

function Prompt({ step, error, set }: { step: DraftStep; error: string | undefined; set: (prompt: string) => void }) {
  const { t } = useTranslation("plain");
  const { promptFocus } = useEditor();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (promptFocus > 0) field.current?.focus();
  }, [promptFocus]);
  return (
    <Field
      label={t("prompt")}
      error={error}
      end={t("tokensIn", { count: Math.ceil(step.prompt.length / 4) })}
    >
      <TextArea ref={field} mono rows={14} className={styles.prompt} value={step.prompt} onChange={set} />
    </Field>
  );
}

function DependsOn({ step }: { step: DraftStep }) {
  const { t } = useTranslation("plain");
  const { plan, perform } = useEditor();
  const dependsOn = step.dependsOn ?? [];
  const items = plan.steps
    .filter((one) => one.id !== step.id && !dependsOn.includes(one.id))
    .map((one) => ({
      label: one.id,
      whyNot: refusal(plan.steps, one.id, step.id) === null ? null : t("cycle"),
      onSelect: () => perform({ kind: "connect", from: one.id, to: step.id }),
    }));
  return (
    <div className={styles.depends} role="group" aria-label={t("dependsOn")}>
      <span className={styles.label}>{t("dependsOn")}</span>
      <div className={styles.chips}>
        {dependsOn.map((from) => (
          <Chip
            key={from}
            isMono
            name={from}
            onRemove={() => perform({ kind: "disconnect", from, to: step.id })}
          >
            {from}
          </Chip>
        ))}
        <Menu trigger={<Button variant="ghost">{t("add")}</Button>} items={items} />
      </div>
    </div>
  );
}
