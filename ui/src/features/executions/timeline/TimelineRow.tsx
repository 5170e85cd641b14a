// One step in time: its name, its bars, and a note behind them. Hovering a bar says its exact times.

import type { TFunction } from "i18next";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import type { StepView } from "../../../api/types";
import { about, duration, timeOfDayExactly } from "../../../components/format";
import { StatusIcon } from "../../../components/StatusIcon";
import { segmentClass } from "../../../components/status";
import { useStatusWord } from "../../../components/StatusWord";
import { Tooltip } from "../../../components/Tooltip";
import type { Expected } from "../estimate";
import { failureWord } from "../words";
import type { Scale } from "./scale";
import { type Bar, type Row, rowOf, type SegmentView } from "./segments";
import styles from "./Timeline.module.css";

/** Id and status icon of a row. */
export const LABEL_PX = 196;

interface TimelineRowProps {
  id: string;
  stepId: string;
  topPx: number;
  view: StepView | undefined;
  segments: readonly SegmentView[];
  expected: Expected | undefined;
  scale: Scale;
  nowMs: number;
  isSelected: boolean;
  isFirst: boolean;
  onSelect: (stepId: string) => void;
}

export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { id, stepId, topPx, view, segments, expected, scale, nowMs, isSelected, isFirst, onSelect } = props;
  const { t } = useTranslation("executions");
  const status = view?.status ?? "pending";
  const word = useStatusWord(status);
  const row = rowOf(segments, view, expected, nowMs);
  const note = noteWords(t, row);
  const endPx = row.bars.reduce((latest, bar) => Math.max(latest, scale.px(bar.endMs)), 0);
  const notePx = row.note?.kind === "afterReview" ? Math.max(endPx, scale.px(nowMs)) : endPx;
  const spoken = [stepId, word.full, ...row.bars.map((bar) => spanWords(t, bar)), note].filter(Boolean).join(", ");
  return (
    // The list around it has the focus and the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      aria-selected={isSelected}
      aria-label={spoken}
      className={styles.row}
      data-selected={isSelected || undefined}
      style={{ transform: `translateY(${topPx}px)` }}
      onClick={() => onSelect(stepId)}
    >
      <span className={styles.label}>
        <StatusIcon status={status} isNamed />
        <span className={styles.name} title={stepId}>
          {stepId}
        </span>
      </span>
      {row.bars.map((bar) => (
        <Tooltip key={`${bar.kind} ${bar.startMs}`} text={spanWords(t, bar)} side={isFirst ? "bottom" : "top"}>
          <span
            className={styles.bar}
            style={{
              left: LABEL_PX + scale.px(bar.startMs),
              width: Math.max(2, scale.px(bar.endMs) - scale.px(bar.startMs)),
            }}
          >
            <span className={`${segmentClass(bar.kind)} ${styles.fill}`} />
          </span>
        </Tooltip>
      ))}
      {note !== "" && (
        <span className={styles.note} style={{ left: LABEL_PX + notePx + 8 }}>
          {note}
        </span>
      )}
    </div>
  );
});

type T = TFunction<"executions">;

function noteWords(t: T, { note }: Row): string {
  if (note === null) return "";
  switch (note.kind) {
    case "took":
      return duration(note.ms);
    case "failed":
      return note.status === null
        ? failureWord(t, note.code)
        : `${failureWord(t, note.code)}, ${failureWord(t, note.code, note.status)}`;
    case "afterReview":
      return t("timeline.afterReview", { time: about(duration(note.ms)) });
    case "retried": {
      const why = note.code === null ? t("timeline.failed") : failureWord(t, note.code);
      return t("timeline.retried", { attempt: note.attempt, why, time: duration(note.afterMs) });
    }
    case "skipped":
      return note.because === "dependencies" ? t("timeline.skippedInput") : t("timeline.skipped");
  }
}

function spanWords(t: T, bar: Bar): string {
  const what = barWords(t, bar);
  const length = duration(bar.endMs - bar.startMs);
  const from = timeOfDayExactly(bar.startMs);
  if (bar.isOpen) return t("timeline.spanOpen", { what, from, length });
  return t("timeline.span", { what, from, to: timeOfDayExactly(bar.endMs), length });
}

function barWords(t: T, { kind, segment }: Bar): string {
  if (segment === null) return t("timeline.expected");
  switch (segment.kind) {
    case "queued":
      return t("timeline.queued");
    case "backoff":
      return t("timeline.backoff");
    case "awaiting":
      return t("timeline.awaiting");
    case "score":
      return t("timeline.scoring");
    case "call":
    case "repair": {
      const name = t(`timeline.${segment.kind}`, { attempt: segment.attempt });
      if (segment.outcome === "interrupted") return `${name}, ${t("timeline.interrupted")}`;
      if (segment.code !== undefined) return `${name}, ${failureWord(t, segment.code)}`;
      return kind === "cancelled" ? `${name}, ${t("timeline.cancelled")}` : name;
    }
  }
}
