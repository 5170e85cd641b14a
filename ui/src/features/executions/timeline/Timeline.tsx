// When each step waited, ran, was tried again and was looked at. A row per step; only the rows in sight are drawn.

import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { timelineQuery } from "../../../api/queries";
import type { Execution } from "../../../api/types";
import { ErrorState } from "../../../components/ErrorState";
import { clock, duration, elapsed } from "../../../components/format";
import { SkeletonRows } from "../../../components/Skeleton";
import { type SegmentKind, segmentClass } from "../../../components/status";
import type { Estimate } from "../estimate";
import { useNow } from "../useNow";
import { useSaid } from "../words";
import { FOLD_PX, foldsOf, horizonMs, idleTimes, type Scale, scaleOf } from "./scale";
import type { SegmentView } from "./segments";
import styles from "./Timeline.module.css";
import { LABEL_PX, TimelineRow } from "./TimelineRow";

const ROW_PX = 30;
/** Room for a note behind the last bar. */
const END_PX = 24;

export interface TimelineProps {
  execution: Execution;
  /** In topological order. */
  order: readonly string[];
  estimateAt: (nowMs: number) => Estimate | null;
  selected: string | null;
  onSelect: (stepId: string) => void;
  /** Changes whenever the timeline shall take the focus. */
  focusCount: number;
}

export function Timeline(props: TimelineProps) {
  const { execution } = props;
  const { t } = useTranslation("executions");
  const said = useSaid();
  const { data, error } = useQuery(timelineQuery(execution.id));
  return (
    <section className={styles.timeline} aria-label={t("timeline.title")}>
      <header className={styles.head}>
        <h2 className={styles.title}>{t("timeline.title")}</h2>
        <Legend />
      </header>
      {data ? (
        <Rows {...props} segments={data.steps} startMs={Date.parse(data.startedAt)} endedAt={data.completedAt} />
      ) : error ? (
        <div className={styles.problem}>
          <ErrorState isInline title={t("timeline.unreadable")} text={said(error).text} code={said(error).code} />
        </div>
      ) : (
        <SkeletonRows rows={Math.min(8, props.order.length)} heightRem={ROW_PX / 16} label={t("timeline.reading")} />
      )}
    </section>
  );
}

const LEGEND = [
  ["queued", "queued"],
  ["running", "running"],
  ["completed", "completed"],
  ["scoring", "scoring"],
  ["awaiting_approval", "awaiting"],
  ["expected", "expected"],
] as const satisfies readonly (readonly [SegmentKind, string])[];

function Legend() {
  const { t } = useTranslation("executions");
  return (
    <ul className={styles.legend} aria-label={t("timeline.legend")}>
      {LEGEND.map(([kind, word]) => (
        <li key={kind} className={styles.legendItem}>
          <span className={`${segmentClass(kind)} ${styles.swatch}`} />
          {t(`timeline.${word}`)}
        </li>
      ))}
    </ul>
  );
}

type Segments = Record<string, SegmentView[]>;

function Rows({
  execution,
  order,
  estimateAt,
  selected,
  onSelect,
  focusCount,
  segments,
  startMs,
  endedAt,
}: TimelineProps & { segments: Segments; startMs: number; endedAt: string | undefined }) {
  const { t } = useTranslation("executions");
  const place = useRef<HTMLDivElement>(null);
  const listId = useId();
  const widthPx = useWidth(place);
  const isLive = endedAt === undefined;
  const tickingMs = useNow(isLive);
  const nowMs = endedAt === undefined ? tickingMs : Date.parse(endedAt);
  const estimate = useMemo(() => (isLive ? estimateAt(nowMs) : null), [isLive, estimateAt, nowMs]);
  const idle = useMemo(() => idleTimes(Object.values(segments), startMs, nowMs), [segments, startMs, nowMs]);
  const scale = useMemo(() => {
    const folds = foldsOf(idle, startMs, nowMs);
    const foldedMs = folds.reduce((sum, fold) => sum + fold.toMs - fold.fromMs, 0);
    const needed = nowMs - startMs - foldedMs + (estimate?.leftMs ?? 0);
    const openMs = isLive ? horizonMs(needed) : Math.max(1, needed) * 1.12;
    return scaleOf({ startMs, endMs: startMs + foldedMs + openMs, folds, widthPx: widthPx - LABEL_PX - END_PX });
  }, [idle, startMs, nowMs, isLive, estimate, widthPx]);
  // oxlint-disable-next-line react/incompatible-library -- its functions are not handed on
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => place.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const at = selected === null ? -1 : order.indexOf(selected);
  const { scrollToIndex } = rows;
  useEffect(() => {
    if (at >= 0) scrollToIndex(at);
  }, [at, scrollToIndex]);
  useEffect(() => {
    if (focusCount > 0) place.current?.focus();
  }, [focusCount]);
  const move = (to: number) => {
    const id = order[Math.min(order.length - 1, Math.max(0, to))];
    if (id !== undefined) onSelect(id);
  };
  return (
    <>
      <Axis scale={scale} nowMs={isLive ? nowMs : null} />
      <div
        ref={place}
        className={styles.rows}
        data-scrolls
        role="listbox"
        tabIndex={0}
        aria-label={t("timeline.steps")}
        aria-activedescendant={at < 0 ? undefined : `${listId}-${at}`}
        onKeyDown={(event) => {
          const to = KEYS[event.key]?.(at, order.length);
          if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          move(to);
        }}
      >
        <div className={styles.canvas} style={{ height: rows.getTotalSize() }} role="presentation">
          <Lines scale={scale} nowMs={isLive ? nowMs : null} />
          {rows.getVirtualItems().map(({ index, start }) => {
            const stepId = order[index] ?? "";
            return (
              <TimelineRow
                key={stepId}
                id={`${listId}-${index}`}
                stepId={stepId}
                topPx={start}
                view={execution.steps?.[stepId]}
                segments={segments[stepId] ?? NONE}
                expected={estimate?.steps.get(stepId)}
                scale={scale}
                nowMs={nowMs}
                isSelected={stepId === selected}
                isFirst={index === 0}
                onSelect={onSelect}
              />
            );
          })}
        </div>
      </div>
    </>
  );
}

const NONE: Segments[string] = [];

const KEYS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at) => at + 10,
  PageUp: (at) => at - 10,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Times above the rows, breaks where a wait is folded, and the clock on the line of now. */
function Axis({ scale, nowMs }: { scale: Scale; nowMs: number | null }) {
  const { t } = useTranslation("executions");
  const nowPx = nowMs === null ? null : scale.px(nowMs);
  return (
    <div className={styles.axis} aria-hidden>
      {scale.ticks
        .filter((tick) => nowPx === null || Math.abs(tick.px - nowPx) > 48)
        .filter((tick) => scale.folds.every((fold) => Math.abs(tick.px - scale.px(fold.fromMs) - FOLD_PX / 2) > 48))
        .map((tick) => (
          <span key={tick.ms} className={styles.tick} style={{ left: LABEL_PX + tick.px }}>
            {scale.tickMs < 1_000 ? duration(tick.ms) : clock(tick.ms)}
          </span>
        ))}
      {scale.folds.map((fold) => {
        const length = clock(fold.toMs - fold.fromMs);
        // Where the clock stands at its end, the length stands before it.
        const isAtClock = nowPx !== null && nowPx - scale.px(fold.fromMs) < FOLD_PX + 60;
        return (
          <span
            key={fold.fromMs}
            className={styles.break}
            data-before={isAtClock || undefined}
            style={{ left: LABEL_PX + scale.px(fold.fromMs) + (isAtClock ? 8 : FOLD_PX / 2) }}
            title={t("timeline.folded", { time: length })}
          >
            {length}
          </span>
        );
      })}
      {nowMs !== null && nowPx !== null && (
        <span className={styles.clock} style={{ left: LABEL_PX + nowPx }}>
          {elapsed(nowMs - scale.startMs)}
        </span>
      )}
    </div>
  );
}

function Lines({ scale, nowMs }: { scale: Scale; nowMs: number | null }) {
  return (
    <>
      {scale.ticks.map((tick) => (
        <span key={tick.ms} className={styles.line} style={{ left: LABEL_PX + tick.px }} />
      ))}
      {scale.folds.map((fold) => (
        <span key={fold.fromMs} className={styles.fold} style={{ left: LABEL_PX + scale.px(fold.fromMs) }} />
      ))}
      {nowMs !== null && <span className={styles.now} style={{ left: LABEL_PX + scale.px(nowMs) }} />}
    </>
  );
}

function useWidth(place: React.RefObject<HTMLElement | null>): number {
  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => setWidthPx(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [place]);
  return widthPx;
}
