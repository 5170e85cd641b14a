// Every execution, newest first. However many there are, only the rows in sight are read and drawn.

import { getRouteApi, Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import type { ExecutionFilter } from "../../api/queries";
import { Button } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import { ErrorState } from "../../components/ErrorState";
import { number } from "../../components/format";
import { PageHeader } from "../../components/PageHeader";
import { SearchField } from "../../components/SearchField";
import { Select } from "../../components/Select";
import { SkeletonRows } from "../../components/Skeleton";
import { EXECUTION_STATUSES, isExecutionStatus } from "../../components/status";
import { Table, Th } from "../../components/Table";
import styles from "./list/Executions.module.css";
import { ExecutionRow, PendingRow } from "./list/ExecutionRow";
import { PlanFilter } from "./list/PlanFilter";
import { type SteadyPages, useSteadyPages } from "./list/useSteadyPages";
import { useSaid } from "./words";

const route = getRouteApi("/executions");

const ROW_PX = 36;
const HEAD_PX = 32;
/** What is typed is searched when the typing rests. */
const REST_MS = 200;

export default function ExecutionsPage() {
  const { t } = useTranslation("executions");
  const { search, status, planId } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo(
    (): ExecutionFilter => ({
      ...(search === undefined ? {} : { search }),
      ...(status === undefined ? {} : { status }),
      ...(planId === undefined ? {} : { planId }),
    }),
    [search, status, planId],
  );
  const change = useCallback(
    (next: { search?: string | null; status?: ExecutionFilter["status"] | null; planId?: string | null }) =>
      void navigate({ replace: true, search: (old) => without({ ...old, ...next }) }),
    [navigate],
  );
  const isFiltered = Object.keys(filter).length > 0;
  const [count, setCount] = useState<number | null>(null);
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        count={count === null ? undefined : number(count)}
        state={<Search value={search ?? ""} onChange={(text) => change({ search: text === "" ? null : text })} />}
      />
      <div className={styles.filters} role="group" aria-label={t("filters.label")}>
        <div className={styles.statusFilter}>
          <Select
            label={t("filters.status")}
            value={status ?? "any"}
            onChange={(next) => change({ status: next === "any" ? null : next })}
            options={useStatusOptions()}
          />
        </div>
        <PlanFilter planId={planId ?? null} onChange={(next) => change({ planId: next })} />
        {isFiltered && (
          <Button variant="ghost" onClick={() => change({ search: null, status: null, planId: null })}>
            {t("filters.clear")}
          </Button>
        )}
      </div>
      <Executions key={JSON.stringify(filter)} filter={filter} isFiltered={isFiltered} onCount={setCount} />
    </div>
  );
}

function without<T extends Record<string, unknown>>(all: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept: { [K in keyof T]?: NonNullable<T[K]> } = {};
  for (const key in all) {
    const value = all[key];
    if (value !== null && value !== undefined) kept[key] = value;
  }
  return kept;
}

function useStatusOptions() {
  const { t } = useTranslation("executions");
  const { t: common } = useTranslation("common");
  const statuses = Object.keys(EXECUTION_STATUSES).filter(isExecutionStatus);
  return [
    { value: "any" as const, label: t("filters.anyStatus") },
    ...statuses.map((value) => ({ value, label: common(`status.${value}`) })),
  ];
}

function Search({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation("executions");
  const [text, setText] = useState(value);
  // What the address said last, and what went there from here: another's change takes the place of what is written.
  const [last, setLast] = useState(value);
  const [sent, setSent] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  if (value !== last) {
    setLast(value);
    if (value !== sent) setText(value);
    setSent(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => {
      setSent(text);
      onChange(text);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  useAction("search.focus", () => field.current?.focus());
  return (
    <span className={styles.search}>
      <SearchField ref={field} value={text} onChange={setText} label={t("search")} />
    </span>
  );
}

function Executions({
  filter,
  isFiltered,
  onCount,
}: {
  filter: ExecutionFilter;
  isFiltered: boolean;
  onCount: (count: number) => void;
}) {
  const { t } = useTranslation("executions");
  const said = useSaid();
  const place = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 0 });
  const isPointedAt = useRef(false);
  const pages = useSteadyPages(filter, range.first, range.last);
  const { total, isReading, error } = pages;
  useEffect(() => {
    if (!isReading) onCount(total);
  }, [isReading, total, onCount]);
  if (isReading) return <SkeletonRows rows={14} heightRem={ROW_PX / 16} label={t("reading")} />;
  if (error && total === 0) {
    const { text, code } = said(error);
    const again = <Button onClick={pages.retry}>{t("failedToRead.again")}</Button>;
    return <ErrorState title={t("failedToRead.title")} text={text} code={code} action={again} />;
  }
  if (total === 0 && isFiltered) return <EmptyState title={t("empty.noneTitle")} text={t("empty.noneText")} />;
  if (total === 0) {
    return (
      <EmptyState
        title={t("empty.title")}
        text={t("empty.text")}
        action={<Link to="/plans">{t("empty.action")}</Link>}
      />
    );
  }
  return (
    <div className={styles.area}>
      {pages.newer > 0 && (
        <div className={styles.newer}>
          <Button
            size="small"
            icon={ArrowUp}
            onClick={() => {
              pages.release();
              place.current?.scrollTo({ top: 0 });
            }}
          >
            {t("newer", { count: pages.newer })}
          </Button>
        </div>
      )}
      <div
        ref={place}
        className={styles.scroll}
        data-scrolls
        onScroll={({ currentTarget }) => {
          if (currentTarget.scrollTop > 0) pages.hold();
          else if (!isPointedAt.current) pages.release();
        }}
        onPointerEnter={() => {
          isPointedAt.current = true;
          pages.hold();
        }}
        onPointerLeave={({ currentTarget }) => {
          isPointedAt.current = false;
          if (currentTarget.scrollTop === 0) pages.release();
        }}
      >
        <Rows pages={pages} place={place} onRange={setRange} />
      </div>
    </div>
  );
}

function Rows({
  pages,
  place,
  onRange,
}: {
  pages: SteadyPages;
  place: React.RefObject<HTMLDivElement | null>;
  onRange: (range: { first: number; last: number }) => void;
}) {
  const { t } = useTranslation("executions");
  const navigate = route.useNavigate();
  const [current, setCurrent] = useState(0);
  // oxlint-disable-next-line react/incompatible-library -- its functions are not handed on
  const rows = useVirtualizer({
    count: pages.total,
    getScrollElement: () => place.current,
    estimateSize: () => ROW_PX,
    scrollPaddingStart: HEAD_PX,
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onRange({ first, last }), [onRange, first, last]);
  const open = useCallback(
    (id: string) => void navigate({ to: "/executions/$executionId", params: { executionId: id } }),
    [navigate],
  );
  const move = (by: 1 | -1) => {
    const hasFocus = place.current?.contains(document.activeElement) === true;
    // From outside: to the row that was left last, if it is still in sight, else to the first one that is.
    const top = Math.ceil((place.current?.scrollTop ?? 0) / ROW_PX);
    const isInSight = items.some((item) => item.index === current);
    const start = isInSight ? current : Math.min(top, pages.total - 1);
    const to = hasFocus ? Math.min(pages.total - 1, Math.max(0, current + by)) : start;
    setCurrent(to);
    rows.scrollToIndex(to);
    // The row may be drawn only after the scrolling.
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(`[data-row="${to}"]`)?.focus());
  };
  useAction("execution.next", () => move(1));
  useAction("execution.previous", () => move(-1));
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <Table
      label={t("table")}
      rowSize="list"
      className={styles.table}
      aria-rowcount={pages.total + 1}
      onKeyDown={(event) => {
        const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : null;
        if (by === null) return;
        event.preventDefault();
        move(by);
      }}
    >
      <thead>
        <tr>
          <Th width="24%">{t("columns.status")}</Th>
          <Th width="21%">{t("columns.plan")}</Th>
          <Th width="15%">{t("columns.progress")}</Th>
          <Th width="12%">{t("columns.started")}</Th>
          <Th isEnd width="9%">
            {t("columns.duration")}
          </Th>
          <Th isEnd width="11%">
            {t("columns.tokens")}
          </Th>
          <Th isEnd width="8%">
            {t("columns.cost")}
          </Th>
        </tr>
      </thead>
      <tbody>
        {above > 0 && <tr aria-hidden style={{ height: above }} />}
        {items.map(({ index }) => {
          const execution = pages.row(index);
          if (!execution) return <PendingRow key={`pending ${index}`} index={index} />;
          return (
            <ExecutionRow
              key={execution.id}
              execution={execution}
              index={index}
              isCurrent={index === current}
              onOpen={open}
              onFocus={setCurrent}
            />
          );
        })}
        {below > 0 && <tr aria-hidden style={{ height: below }} />}
      </tbody>
    </Table>
  );
}
