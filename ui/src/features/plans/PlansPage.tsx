// All plans: found by words and tags, as a table or as cards, and what can be done with them; the ways in for new ones.

import { useQuery } from "@tanstack/react-query";
import { type ChangeEvent, type Ref, useDeferredValue, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import { isApiError } from "../../api/problem";
import { plansQuery } from "../../api/queries";
import type { Plan } from "../../api/types";
import { Button } from "../../components/Button";
import { ErrorState } from "../../components/ErrorState";
import { Sentence } from "../../components/Sentence";
import { useSlowNow } from "./clock";
import type { Moment } from "./LastRun";
import { NewPlanDialog } from "./NewPlanDialog";
import { PlanCardsSkeleton } from "./PlanCards";
import { PlanList } from "./PlanList";
import { PlansHeader } from "./PlansHeader";
import styles from "./PlansPage.module.css";
import { PlanTableSkeleton } from "./PlanTable";
import { deadlinesQuery } from "./queries";
import { Refusals } from "./Refusals";
import { type Order, rowsOf, type Sort, tagsOf } from "./rows";
import { CannotPaste, FailedAct } from "./Said";
import { Toolbar } from "./Toolbar";
import { useAddress } from "./useAddress";
import { usePins } from "./usePins";
import { usePlanActions } from "./usePlanActions";
import { usePlanActs } from "./usePlanActs";
import { useSearchText } from "./useSearchText";
import { useWaysIn } from "./useWaysIn";

const NO_PLANS: readonly Plan[] = [];
const NO_DEADLINES: Moment["deadlines"] = new Map();

export default function PlansPage() {
  const { t } = useTranslation("plans");
  const { go, tags, sort, order, view, isArchived, ...address } = useAddress();
  const { data: plans = NO_PLANS, error, isPending, refetch } = useQuery(plansQuery(isArchived));
  const moment = useMoment(plans);
  const [typed, setTyped] = useSearchText(address.search, (search) => go({ search: search || undefined }));
  const search = useDeferredValue(typed);
  const rows = useMemo(() => rowsOf(plans, { search, tags, sort, order }), [plans, search, tags, sort, order]);
  const counted = useMemo(() => tagsOf(plans), [plans]);

  const { acts, failed, dismiss, canUndo } = usePlanActs();
  const pins = usePins();
  const { picker, takeFiles, ...ways } = useWaysIn();
  const [isNaming, setNaming] = useState(false);
  const [atId, setAtId] = useState<string | null>(null);
  const searchField = useRef<HTMLInputElement>(null);
  // In the state, because the list below needs it as soon as it is there, also when its plans were there before.
  const [scrolling, setScrolling] = useState<HTMLDivElement | null>(null);
  const scroller = useMemo(() => ({ current: scrolling }), [scrolling]);
  const name = () => setNaming(true);
  useAction("search.focus", () => searchField.current?.select());
  useAction("plan.new", name);
  useAction("edit.undo", acts.undo, canUndo ? undefined : t("nothingToUndo"));
  usePlanActions(plans.find(({ id }) => id === atId) ?? null, acts);

  const sorting = { sort, order, onSort: (next: Sort, by: Order) => go({ sort: next, order: by }) };
  const clear = () => {
    setTyped("");
    go({ search: undefined, tags: undefined });
  };
  return (
    <div className={styles.page} {...ways.drop.handlers}>
      <PlansHeader
        count={isPending || error ? null : plans.length}
        search={typed}
        onSearch={setTyped}
        searchField={searchField}
        progress={ways.progress}
        onFiles={ways.pick}
        onClipboard={ways.paste}
        onNew={name}
      />
      <Toolbar
        {...sorting}
        tags={counted}
        chosen={tags}
        onChoose={(chosen) => go({ tags: chosen.length > 0 ? [...chosen] : undefined })}
        isArchived={isArchived}
        onArchived={(archived) => go({ archived: archived || undefined, tags: undefined })}
        view={view}
        onView={(next) => go({ view: next })}
      />
      <div ref={setScrolling} className={styles.scroller} data-scrolls data-scroll-restoration-id="plans">
        <div className={styles.content}>
          {failed && <FailedAct failed={failed} onClose={dismiss} />}
          {ways.cannotPaste && <CannotPaste onClose={ways.dismissPaste} />}
          {ways.refused.length > 0 && <Refusals refused={ways.refused} onClose={ways.dismiss} />}
          {isPending ? (
            view === "table" ? (
              <PlanTableSkeleton {...sorting} />
            ) : (
              <PlanCardsSkeleton />
            )
          ) : error ? (
            <div className={styles.middle}>
              <ErrorState
                title={t("failed.read")}
                text={<Sentence text={error.message} />}
                code={isApiError(error) ? error.code : null}
                action={<Button onClick={() => void refetch()}>{t("failed.again")}</Button>}
              />
            </div>
          ) : (
            <PlanList
              {...sorting}
              all={plans}
              rows={rows}
              view={view}
              isArchived={isArchived}
              isFiltered={search.trim() !== "" || tags.length > 0}
              acts={acts}
              pins={pins}
              moment={moment}
              scroller={scroller}
              onAt={setAtId}
              onClear={clear}
              onLeaveArchived={() => go({ archived: undefined })}
              onNew={name}
              onImport={ways.pick}
            />
          )}
        </div>
      </div>
      {ways.drop.isOver && (
        <div className={styles.drop} aria-hidden>
          <span className={styles.dropText}>{t("drop")}</span>
        </div>
      )}
      <FilePicker ref={picker} onFiles={takeFiles} />
      {isNaming && <NewPlanDialog plans={plans} onClose={() => setNaming(false)} />}
    </div>
  );
}

/** Now, and until when people have to decide; asked for only where somebody has to. */
function useMoment(plans: readonly Plan[]): Moment {
  const isAnyPaused = plans.some((plan) => plan.stats?.lastExecution?.status === "paused");
  const { data: deadlines = NO_DEADLINES } = useQuery({ ...deadlinesQuery, enabled: isAnyPaused });
  const nowMs = useSlowNow();
  return useMemo(() => ({ deadlines, nowMs }), [deadlines, nowMs]);
}

/** The browser's and the window's own dialog, for any number of files. */
function FilePicker({ ref, onFiles }: { ref: Ref<HTMLInputElement>; onFiles: (files: readonly File[]) => void }) {
  const { t } = useTranslation("plans");
  const taken = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(currentTarget.files ?? [])]);
    // So that the same file can be chosen again.
    currentTarget.value = "";
  };
  return (
    <input ref={ref} type="file" multiple hidden aria-label={t("import")} accept=".json,.yaml,.yml" onChange={taken} />
  );
}
