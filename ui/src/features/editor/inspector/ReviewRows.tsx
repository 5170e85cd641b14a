// Who looks at the answers, unless an execution says otherwise.

import { useQuery } from "@tanstack/react-query";
import { Bell, Dices, Gauge, Hourglass, Scale, TimerOff, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";

import { settingsQuery } from "../../../api/queries";
import { Checkbox } from "../../../components/Checkbox";
import { number, percent, score } from "../../../components/format";
import { NumberField } from "../../../components/NumberField";
import { Segmented } from "../../../components/Segmented";
import { useEditor } from "../useEditor";
import { DurationField } from "./DurationField";
import { timeInWords } from "./durations";
import { FieldProblems } from "./FieldProblems";
import styles from "./inspector.module.css";
import { ModelField } from "./ModelField";
import { Opening } from "./Opening";
import { RequiredFor } from "./RequiredFor";
import { LONGEST_MS } from "./StepRows";
import type { PlanHandle } from "./usePlan";

/** Until the settings are there. */
const EVALUATOR = "haiku";
const PROPOSED_THRESHOLD = 0.85;
const CHANNELS = ["dashboard", "email", "webhook"] as const;
const ON_TIMEOUTS = ["hold", "reject", "approve"] as const;

interface RowProps {
  handle: PlanHandle;
}

export function ReviewRows({ handle }: RowProps) {
  return (
    <>
      <Threshold handle={handle} />
      <Required handle={handle} />
      <ReviewTime handle={handle} />
      <OnTimeout handle={handle} />
      <Evaluator handle={handle} />
      <SpotChecks handle={handle} />
      <Channels handle={handle} />
    </>
  );
}

function Threshold({ handle: { plan, changeReview, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.hitl?.confidenceThreshold;
  const problems = problemsAt("hitl.confidenceThreshold");
  return (
    <Opening
      icon={Gauge}
      label={t("plan.threshold")}
      value={value === undefined ? t("plan.thresholdOff") : score(value)}
      isDefault={value === undefined}
      problems={problems}
    >
      <NumberField
        label={t("plan.threshold")}
        value={value ?? null}
        placeholder={score(PROPOSED_THRESHOLD)}
        min={0}
        max={1}
        step={0.01}
        onChange={(next) => changeReview("confidenceThreshold", next ?? undefined)}
      />
      <p className={styles.quiet}>{t("plan.thresholdHint")}</p>
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function Required({ handle: { plan, changeReview, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const ids = plan.hitl?.requiredFor ?? [];
  const problems = problemsAt("hitl.requiredFor");
  const value = ids.length === 0 ? t("plan.requiredForNone") : <code>{ids.join(", ")}</code>;
  return (
    <Opening
      icon={UserRound}
      label={t("plan.requiredFor")}
      value={value}
      isDefault={ids.length === 0}
      problems={problems}
    >
      <RequiredFor
        plan={plan}
        ids={ids}
        onChange={(next) => changeReview("requiredFor", next.length === 0 ? undefined : next)}
      />
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function ReviewTime({ handle: { plan, changeReview, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.hitl?.timeoutMs;
  const problems = problemsAt("hitl.timeoutMs");
  return (
    <Opening
      icon={Hourglass}
      label={t("plan.reviewTimeout")}
      value={value === undefined ? t("plan.noTimeout") : timeInWords(value, number)}
      isDefault={value === undefined}
      problems={problems}
    >
      <DurationField
        label={t("plan.reviewTimeout")}
        valueMs={value}
        fallbackMs={null}
        units={["min", "h", "d", "s", "ms"]}
        minMs={1}
        maxMs={LONGEST_MS}
        onChange={(ms) => changeReview("timeoutMs", ms)}
      />
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function OnTimeout({ handle: { plan, changeReview, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.hitl?.onTimeout;
  const known = ON_TIMEOUTS.find((one) => one === value) ?? "hold";
  const problems = problemsAt("hitl.onTimeout");
  return (
    <Opening
      icon={TimerOff}
      label={t("plan.onTimeout")}
      value={t(`plan.onTimeouts.${known}`)}
      isDefault={value === undefined}
      problems={problems}
    >
      <div>
        <Segmented
          label={t("plan.onTimeout")}
          value={known}
          onChange={(next) => changeReview("onTimeout", next === "hold" ? undefined : next)}
          options={ON_TIMEOUTS.map((one) => ({ value: one, label: t(`plan.onTimeouts.${one}`) }))}
        />
      </div>
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function Evaluator({ handle: { plan, changeReview, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const { data: settings } = useQuery(settingsQuery);
  const value = plan.hitl?.evaluator;
  const fallback = settings?.evaluator ?? EVALUATOR;
  const problems = problemsAt("hitl.evaluator");
  return (
    <Opening
      icon={Scale}
      label={t("plan.evaluator")}
      value={<code>{value ?? fallback}</code>}
      isDefault={value === undefined}
      problems={problems}
    >
      <ModelField
        label={t("plan.evaluator")}
        value={value}
        fallback={fallback}
        onChange={(model) => changeReview("evaluator", model)}
      />
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function SpotChecks({ handle: { plan, changeReview, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.hitl?.spotCheckRate;
  const problems = problemsAt("hitl.spotCheckRate");
  return (
    <Opening
      icon={Dices}
      label={t("plan.spotCheckRate")}
      value={value === undefined || value === 0 ? t("plan.spotCheckNone") : percent(value)}
      isDefault={value === undefined}
      problems={problems}
    >
      <NumberField
        label={t("plan.spotCheckRate")}
        value={value === undefined ? null : Number((value * 100).toPrecision(12))}
        unit="%"
        min={0}
        max={100}
        onChange={(next) =>
          changeReview("spotCheckRate", next === null ? undefined : Number((next / 100).toPrecision(12)))
        }
      />
      <p className={styles.quiet}>{t("plan.spotCheckHint")}</p>
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function Channels({ handle: { plan, changeReview, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const { planId } = useEditor();
  const chosen = plan.hitl?.notifyChannels ?? [];
  const problems = problemsAt("hitl.notifyChannels");
  const names = CHANNELS.filter((channel) => chosen.includes(channel)).map((channel) => t(`plan.channel.${channel}`));
  const toggle = (channel: string, isOn: boolean) => {
    const next = isOn ? [...chosen, channel] : chosen.filter((one) => one !== channel);
    changeReview("notifyChannels", next.length === 0 ? undefined : next);
  };
  return (
    <Opening
      icon={Bell}
      label={t("plan.channels")}
      value={names.length === 0 ? t("plan.channelsNone") : names.join(", ")}
      isDefault={chosen.length === 0}
      problems={problems}
    >
      <div className={styles.checks} role="group" aria-label={t("plan.channels")} key={planId}>
        {CHANNELS.map((channel) => (
          <Checkbox key={channel} checked={chosen.includes(channel)} onChange={(isOn) => toggle(channel, isOn)}>
            {t(`plan.channel.${channel}`)}
          </Checkbox>
        ))}
      </div>
      <FieldProblems problems={problems} />
    </Opening>
  );
}
