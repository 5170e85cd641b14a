// What a step wrote: to be read, as it is, or as JSON; while it is being written, it follows.

import { ArrowDown } from "lucide-react";
import { Suspense, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useStreamingText } from "../../../api/LiveContext";
import type { StepDetail, StepView } from "../../../api/types";
import { Banner } from "../../../components/Banner";
import { Button } from "../../../components/Button";
import { bytes } from "../../../components/format";
import { isJson, prettyJson } from "../../../components/json";
import { Segmented } from "../../../components/Segmented";
import { Sentence } from "../../../components/Sentence";
import { Skeleton } from "../../../components/Skeleton";
import { wholeWords } from "../reading/blocks";
import { Reading } from "../reading/Reading";
import { useNow } from "../useNow";
import { CodeView } from "./codeView";
import styles from "./Drawer.module.css";
import { FailureCard } from "./FailureCard";

/** More than this is not set to be read; the rest is there as raw. */
const READ_UP_TO = 200_000;
/** A tree of more than this is not built. */
const JSON_UP_TO = 2_000_000;

export type OutputView = "reading" | "raw" | "json";

export interface OutputTabProps {
  executionId: string;
  stepId: string;
  step: StepView;
  /** Absent while it is being read. */
  detail: StepDetail | undefined;
  /** The draft under review, where the step waits. */
  draft: string | null;
  isRead: boolean;
  textsDeleted: boolean;
  view: OutputView | null;
  onView: (view: OutputView) => void;
}

export function OutputTab(props: OutputTabProps) {
  const { executionId, stepId, step, detail, draft, isRead, textsDeleted, view, onView } = props;
  const { t } = useTranslation("executions");
  const streaming = useStreamingText(executionId, step.status === "running" ? stepId : null);
  // While it is scored, nothing is written any more.
  const isLive = step.status === "running" && step.phase !== "score" && streaming !== null;
  const kept = detail?.step.output ?? step.output ?? draft ?? step.draft ?? streaming ?? lastAnswer(step, detail);
  const isDraft = !isLive && step.status !== "running" && step.status !== "completed";
  const text = isLive ? wholeWords(streaming) : kept;
  const hasJson = useMemo(() => !isLive && text !== null && text.length <= JSON_UP_TO && isJson(text), [isLive, text]);
  const shown: OutputView = view === null || (view === "json" && !hasJson) ? (hasJson ? "json" : "reading") : view;
  const views = [
    { value: "reading" as const, label: t("output.reading") },
    { value: "raw" as const, label: t("output.raw") },
    ...(hasJson ? [{ value: "json" as const, label: t("output.json") }] : []),
  ];
  const edited = detail?.decision?.wasModified === true ? detail.decision.by : null;
  return (
    <div className={styles.output}>
      {text !== null && text !== "" && (
        <div className={styles.outputBar}>
          <Segmented label={t("output.views")} value={shown} onChange={onView} options={views} />
          <span className={styles.outputNote}>
            {isLive && step.startedAt !== undefined && <Speed characters={streaming.length} since={step.startedAt} />}
            {isDraft && t("output.draft")}
            {edited !== null && t("output.edited", { by: edited })}
          </span>
        </div>
      )}
      <Notes step={step} />
      {text !== null && text !== "" ? (
        <Text key={`${stepId} ${shown}`} text={text} view={shown} isLive={isLive} onRaw={() => onView("raw")} />
      ) : isRead && !textsDeleted && step.status === "completed" && (step.outputBytes ?? 0) > 0 ? (
        <Waiting />
      ) : (
        <p className={styles.nothing}>
          {textsDeleted && step.status !== "skipped" ? t("output.textsDeleted") : t(`output.none.${step.status}`)}
        </p>
      )}
    </div>
  );
}

/** What is being scored is in none of the fields of the step yet. */
function lastAnswer(step: StepView, detail: StepDetail | undefined): string | null {
  if (step.status !== "running" || step.phase !== "score") return null;
  return detail?.attempts.findLast((attempt) => attempt.kind !== "score")?.output ?? null;
}

function Notes({ step }: { step: StepView }) {
  const { t } = useTranslation("executions");
  return (
    <>
      {step.warnings?.map((warning) => (
        <Banner key={warning} kind="warning">
          {warning === "truncated" ? t("output.truncated") : <Sentence text={warning} />}
        </Banner>
      ))}
      {step.error && step.status !== "running" && step.status !== "completed" && (
        <div className={styles.inset}>
          <FailureCard failure={step.error} hasAction />
        </div>
      )}
      {step.rejectedReason !== undefined && (
        <p className={styles.quote}>{t("output.rejectedBecause", { reason: step.rejectedReason })}</p>
      )}
    </>
  );
}

function Text({ text, view, isLive, onRaw }: { text: string; view: OutputView; isLive: boolean; onRaw: () => void }) {
  const { t } = useTranslation("executions");
  const pretty = useMemo(() => (view === "json" ? (prettyJson(text) ?? text) : text), [view, text]);
  if (view === "json" || (view === "raw" && !isLive)) {
    return (
      <div className={styles.code}>
        <Suspense fallback={<Waiting />}>
          <CodeView text={pretty} language={view === "json" ? "json" : "plain"} label={t("drawer.tabs.output")} />
        </Suspense>
      </div>
    );
  }
  const part = text.length > READ_UP_TO ? text.slice(0, READ_UP_TO) : text;
  return (
    <Following isLive={isLive}>
      {view === "raw" ? (
        <pre className={styles.rawLive}>{part.slice(-20_000)}</pre>
      ) : (
        <Reading text={part} isLive={isLive} />
      )}
      {part.length < text.length && (
        <div className={styles.more}>
          <span>{t("output.partly", { shown: bytes(part.length), size: bytes(text.length) })}</span>
          <Button size="small" onClick={onRaw}>
            {t("output.showRaw")}
          </Button>
        </div>
      )}
    </Following>
  );
}

/** Stays at the end of a growing text until somebody scrolls up. */
function Following({ isLive, children }: { isLive: boolean; children: React.ReactNode }) {
  const { t } = useTranslation("executions");
  const place = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  useLayoutEffect(() => {
    if (isLive && isFollowing && place.current) place.current.scrollTop = place.current.scrollHeight;
  });
  return (
    <div className={styles.followed}>
      <div
        ref={place}
        className={styles.scroll}
        data-scrolls
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls can be reached by keyboard
        tabIndex={0}
        role="region"
        aria-label={t("drawer.tabs.output")}
        onScroll={({ currentTarget: at }) => {
          setFollowing(at.scrollHeight - at.scrollTop - at.clientHeight < 24);
        }}
      >
        {children}
      </div>
      {isLive && !isFollowing && (
        <div className={styles.jump}>
          <Button icon={ArrowDown} size="small" onClick={() => setFollowing(true)}>
            {t("output.live")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Four letters are about a token; the count itself comes at the end. */
function Speed({ characters, since }: { characters: number; since: string }) {
  const { t } = useTranslation("executions");
  const nowMs = useNow(true, "slow");
  const seconds = (nowMs - Date.parse(since)) / 1_000;
  return seconds < 1 ? null : <span>{t("output.speed", { count: Math.round(characters / 4 / seconds) })}</span>;
}

function Waiting() {
  return (
    <div className={styles.waiting}>
      <Skeleton widthRem={14} />
      <Skeleton />
      <Skeleton />
      <Skeleton widthRem={10} />
    </div>
  );
}
