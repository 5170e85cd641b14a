// The quiet rows of a step: what is seldom changed, with its value in words, opening in place.

import { Braces, Hash, MessageSquareText, RotateCcw, Split, Thermometer, Timer, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Button } from "../../../components/Button";
import { number } from "../../../components/format";
import { NumberField } from "../../../components/NumberField";
import { ControlRow } from "../../../components/Row";
import { Switch } from "../../../components/Switch";
import { PromptEditor } from "../prompt/PromptEditor";
import { useEditor } from "../useEditor";
import { DurationField } from "./DurationField";
import { timeInWords } from "./durations";
import { modelName } from "./estimate";
import { FieldProblems } from "./FieldProblems";
import styles from "./inspector.module.css";
import { Opening } from "./Opening";
import { RetryFields, useRetryWords } from "./RetryFields";
import { SchemaFields, useSchemaWords } from "./SchemaFields";
import { type StepHandle, useFix } from "./useStep";
import { usePromptDoor } from "./usePromptDoor";

export const DEFAULT_TIMEOUT_MS = 300_000;
export const LONGEST_MS = 3_155_760_000_000;
export const MOST_TOKENS = 2_147_483_647;

interface RowProps {
  handle: StepHandle;
}

export function StepRows({ handle }: RowProps) {
  return (
    <div className={styles.rows}>
      <Approval handle={handle} />
      <Condition handle={handle} />
      <Retry handle={handle} />
      <OutputSchema handle={handle} />
      <Timeout handle={handle} />
      <MaxTokens handle={handle} />
      <Temperature handle={handle} />
      <System handle={handle} />
    </div>
  );
}

function Approval({ handle: { plan, step, change, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const isAskedByPlan = plan.hitl?.requiredFor?.includes(step.id) === true;
  return (
    <>
      <ControlRow
        icon={UserRound}
        label={t("rows.requiresApproval")}
        hint={isAskedByPlan ? t("askedByPlan") : undefined}
      >
        {(labelId) => (
          <Switch
            labelledBy={labelId}
            checked={step.requiresApproval === true || isAskedByPlan}
            disabled={isAskedByPlan}
            onChange={(isOn) => change("requiresApproval", isOn ? true : undefined)}
          />
        )}
      </ControlRow>
      <FieldProblems problems={problemsAt("requiresApproval")} />
    </>
  );
}

function Condition({ handle: { step, change, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const { undo, redo } = useEditor();
  const completion = usePromptDoor(step.id);
  const fix = useFix();
  const problems = problemsAt("condition");
  const value = step.condition === undefined ? t("condition.always") : <code>{step.condition}</code>;
  return (
    <Opening
      icon={Split}
      label={t("rows.condition")}
      value={value}
      isDefault={step.condition === undefined}
      problems={problems}
    >
      <PromptEditor
        label={t("rows.condition")}
        mode="condition"
        height="grow"
        value={step.condition ?? ""}
        onChange={(text) => change("condition", text === "" ? undefined : text)}
        onUndo={undo}
        onRedo={redo}
        completion={completion}
        problems={problems}
        onFix={fix}
        placeholder={t("condition.placeholder")}
      />
      <FieldProblems problems={problems} />
      <p className={styles.quiet}>{t("condition.hint")}</p>
      {step.condition !== undefined && (
        <div className={styles.actions}>
          <Button size="small" onClick={() => change("condition", undefined)}>
            {t("condition.remove")}
          </Button>
        </div>
      )}
    </Opening>
  );
}

function Retry({ handle: { plan, step, change, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const words = useRetryWords();
  const problems = problemsAt("retry");
  const fallback = plan.defaults?.retry;
  return (
    <Opening
      icon={RotateCcw}
      label={t("rows.retry")}
      value={words(step.retry, fallback)}
      isDefault={step.retry === undefined}
      problems={problems}
    >
      <RetryFields value={step.retry} fallback={fallback} onChange={(retry) => change("retry", retry)} />
      <FieldProblems problems={problems} />
      {step.retry !== undefined && <Reset onReset={() => change("retry", undefined)} />}
    </Opening>
  );
}

function OutputSchema({ handle: { step, change, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const words = useSchemaWords();
  const problems = problemsAt("outputSchema");
  const schema = step.outputSchema;
  return (
    <Opening
      icon={Braces}
      label={t("rows.outputSchema")}
      value={words(schema) ?? t("schema.none")}
      isDefault={schema === undefined}
      problems={problems}
    >
      <SchemaFields
        label={t("rows.outputSchema")}
        hint={t("schema.hint")}
        removeLabel={t("schema.remove")}
        value={schema}
        onChange={(next) => change("outputSchema", next)}
        problems={problems}
      />
    </Opening>
  );
}

function Timeout({ handle: { plan, step, change, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const problems = problemsAt("timeoutMs");
  const fallbackMs = plan.defaults?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return (
    <Opening
      icon={Timer}
      label={t("rows.timeoutMs")}
      value={timeInWords(step.timeoutMs ?? fallbackMs, number)}
      isDefault={step.timeoutMs === undefined}
      problems={problems}
    >
      <DurationField
        label={t("rows.timeoutMs")}
        valueMs={step.timeoutMs}
        fallbackMs={fallbackMs}
        units={["s", "min", "h", "ms"]}
        minMs={1}
        maxMs={LONGEST_MS}
        onChange={(ms) => change("timeoutMs", ms)}
      />
      <p className={styles.quiet}>{t("timeout.hint")}</p>
      <FieldProblems problems={problems} />
      {step.timeoutMs !== undefined && <Reset onReset={() => change("timeoutMs", undefined)} />}
    </Opening>
  );
}

function MaxTokens({ handle: { plan, step, change, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const { models } = useEditor();
  const problems = problemsAt("maxTokens");
  const model = models.find(({ alias }) => alias === modelName(plan, step));
  const fallback = plan.defaults?.maxTokens ?? model?.maxOutputTokens;
  const ofModel =
    plan.defaults?.maxTokens === undefined && model
      ? t("maxTokens.ofModel", { tokens: number(model.maxOutputTokens) })
      : null;
  const value =
    step.maxTokens === undefined
      ? (ofModel ?? (fallback === undefined ? t("default") : number(fallback)))
      : number(step.maxTokens);
  return (
    <Opening
      icon={Hash}
      label={t("rows.maxTokens")}
      value={value}
      isDefault={step.maxTokens === undefined}
      problems={problems}
    >
      <NumberField
        label={t("rows.maxTokens")}
        value={step.maxTokens ?? null}
        placeholder={fallback === undefined ? "" : String(fallback)}
        min={1}
        max={MOST_TOKENS}
        step={256}
        onChange={(next) => change("maxTokens", next === null ? undefined : Math.round(next))}
      />
      <p className={styles.quiet}>{t("maxTokens.hint")}</p>
      <FieldProblems problems={problems} />
      {step.maxTokens !== undefined && <Reset onReset={() => change("maxTokens", undefined)} />}
    </Opening>
  );
}

function Temperature({ handle: { plan, step, change, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const { models } = useEditor();
  const problems = problemsAt("temperature");
  const fallback = plan.defaults?.temperature;
  const temperature = step.temperature ?? fallback;
  const model = models.find(({ alias }) => alias === modelName(plan, step));
  // The engine says the same as a problem; until it has, the model's own fact does.
  const isRefused = problems.length === 0 && temperature !== undefined && model?.refusesTemperature === true;
  return (
    <Opening
      icon={Thermometer}
      label={t("rows.temperature")}
      value={temperature === undefined ? t("temperature.none") : String(temperature)}
      isDefault={step.temperature === undefined}
      problems={problems}
    >
      <NumberField
        label={t("rows.temperature")}
        value={step.temperature ?? null}
        placeholder={fallback === undefined ? t("temperature.none") : String(fallback)}
        min={0}
        max={2}
        step={0.1}
        onChange={(next) => change("temperature", next ?? undefined)}
      />
      <p className={styles.quiet}>
        {isRefused ? t("temperature.refused", { provider: model.provider }) : t("temperature.hint")}
      </p>
      <FieldProblems problems={problems} />
      {step.temperature !== undefined && (
        <div className={styles.actions}>
          <Button size="small" onClick={() => change("temperature", undefined)}>
            {t("temperature.remove")}
          </Button>
        </div>
      )}
    </Opening>
  );
}

function System({ handle: { step, change, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const { undo, redo } = useEditor();
  const completion = usePromptDoor(step.id);
  const fix = useFix();
  const problems = problemsAt("system");
  const { system } = step;
  const value = system === undefined ? t("system.none") : t("system.characters", { count: system.length });
  return (
    <Opening
      icon={MessageSquareText}
      label={t("rows.system")}
      value={value}
      isDefault={system === undefined}
      problems={problems}
    >
      <PromptEditor
        label={t("rows.system")}
        height="grow"
        value={system ?? ""}
        onChange={(text) => change("system", text === "" ? undefined : text)}
        onUndo={undo}
        onRedo={redo}
        completion={completion}
        problems={problems}
        onFix={fix}
        placeholder={t("system.placeholder")}
      />
      <FieldProblems problems={problems} />
    </Opening>
  );
}

export function Reset({ onReset }: { onReset: () => void }) {
  const { t } = useTranslation("inspector");
  return (
    <div className={styles.actions}>
      <Button size="small" icon={RotateCcw} onClick={onReset}>
        {t("reset")}
      </Button>
    </div>
  );
}
