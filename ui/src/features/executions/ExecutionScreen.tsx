// The parts of an execution and what they have in common: the selected step, following, and the estimate.

import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import { useWatchedExecution } from "../../api/LiveContext";
import { planQuery } from "../../api/queries";
import type { Execution, Plan } from "../../api/types";
import { isString, useRemembered } from "../../appearance/remembered";
import { Banner } from "../../components/Banner";
import { ErrorState } from "../../components/ErrorState";
import { Pane, Panes, ResizeEdge } from "../../components/Panes";
import { Segmented } from "../../components/Segmented";
import { Sentence } from "../../components/Sentence";
import { Skeleton } from "../../components/Skeleton";
import { fetchCodeView } from "./drawer/codeView";
import { StepDrawer } from "./drawer/StepDrawer";
import { estimateOf } from "./estimate";
import styles from "./Execution.module.css";
import { Header } from "./Header";
import { Lanes } from "./Lanes";
import { topologicalOrder } from "./order";
import { pastQuery } from "./queries";
import { Strip } from "./Strip";
import { Timeline } from "./timeline/Timeline";
import { useMedia } from "../../components/useMedia";
import { useSelectedStep } from "./useSelectedStep";
import { WatchCanvas } from "./WatchCanvas";
import { useSaid } from "./words";

type View = "canvas" | "timeline";
const isView = (kept: unknown): kept is View => isString(kept) && (kept === "canvas" || kept === "timeline");

export function ExecutionScreen({ execution }: { execution: Execution }) {
  const { t } = useTranslation("executions");
  const said = useSaid();
  const { planId, planVersion, id } = execution;
  useWatchedExecution(id, execution.completedAt !== undefined);
  useEffect(fetchCodeView, []);
  const { data: plan, error } = useQuery(planQuery(planId, planVersion));
  const isLow = useMedia("(max-height: 699px)");
  const [view, setView] = useRemembered<View>("execution.view", "canvas", isView);
  const views = isLow && (
    <Segmented
      label={t("views.label")}
      value={view}
      onChange={setView}
      options={[
        { value: "canvas", label: t("views.canvas") },
        { value: "timeline", label: t("views.timeline") },
      ]}
    />
  );
  return (
    <div className={styles.page}>
      <Header execution={execution} views={views || undefined} />
      {plan ? (
        <Body execution={execution} plan={plan} view={isLow ? view : null} onTimeline={() => setView("timeline")} />
      ) : (
        <>
          <Strip execution={execution} estimateAt={NO_ESTIMATE} />
          {error ? (
            <ErrorState title={t("planUnreadable")} text={said(error).text} code={said(error).code} />
          ) : (
            <div className={styles.canvasSkeleton}>
              <Skeleton widthRem={12} heightRem={6} />
              <Skeleton widthRem={12} heightRem={6} />
            </div>
          )}
        </>
      )}
    </div>
  );
}

const NO_ESTIMATE = () => null;

function Body({
  execution,
  plan,
  view,
  onTimeline,
}: {
  execution: Execution;
  plan: Plan;
  /** Which of the two is shown where there is no room for both. */
  view: View | null;
  onTimeline: () => void;
}) {
  const { t } = useTranslation("executions");
  const order = useMemo(() => topologicalOrder(plan.steps), [plan.steps]);
  const chosen = useSelectedStep(execution, order);
  const isNarrow = useMedia("(max-width: 1099px)");
  const [focusCount, setFocusCount] = useState(0);
  const isLive = execution.completedAt === undefined;
  const { data: past } = useQuery({ ...pastQuery(plan.id, plan.version), enabled: isLive });
  const { steps, hitl } = execution;
  const estimateAt = useCallback(
    (nowMs: number) =>
      past ? estimateOf(plan.steps, { ...(steps ? { steps } : {}), ...(hitl ? { hitl } : {}) }, past, nowMs) : null,
    [plan.steps, steps, hitl, past],
  );
  useAction("execution.timeline", () => {
    onTimeline();
    setFocusCount((count) => count + 1);
  });
  const canvas = (
    <WatchCanvas
      execution={execution}
      plan={plan}
      past={past ?? null}
      selected={chosen.stepId}
      onSelect={chosen.select}
      isFollowing={chosen.isFollowing}
    />
  );
  const timeline = (
    <Timeline
      execution={execution}
      order={order}
      estimateAt={estimateAt}
      selected={chosen.stepId}
      onSelect={chosen.select}
      focusCount={focusCount}
    />
  );
  const left = (
    <div className={styles.left}>
      <div className={styles.views}>
        {view === "canvas" && canvas}
        {view === "timeline" && timeline}
        {view === null && (
          <Panes name="execution" direction="vertical">
            <Pane id="canvas" size="57%" minSize={120}>
              {canvas}
            </Pane>
            <ResizeEdge label={t("views.edgeTimeline")} />
            <Pane id="timeline" size="43%" minSize={120}>
              {timeline}
            </Pane>
          </Panes>
        )}
      </div>
      <Lanes execution={execution} plan={plan} />
    </div>
  );
  const stepView = chosen.stepId === null ? undefined : steps?.[chosen.stepId];
  const drawer = chosen.stepId !== null && stepView && (
    <StepDrawer
      key={chosen.stepId}
      execution={execution}
      stepId={chosen.stepId}
      view={stepView}
      step={plan.steps.find((step) => step.id === chosen.stepId)}
      threshold={hitl?.confidenceThreshold ?? plan.hitl?.confidenceThreshold ?? null}
      tab={chosen.tab}
      onTab={chosen.setTab}
      onMove={chosen.move}
      onClose={chosen.close}
      isFollowing={chosen.isFollowing}
    />
  );
  const isBeside = drawer && !isNarrow;
  return (
    <>
      <Strip execution={execution} estimateAt={estimateAt} />
      {execution.warnings?.map((warning) => (
        <Banner key={warning} kind="warning">
          <Sentence text={warning} />
        </Banner>
      ))}
      <div className={styles.body}>
        <Panes name="execution-step" paneIds={isBeside ? ["main", "step"] : ["main"]}>
          <Pane id="main" minSize={400}>
            {left}
          </Pane>
          {isBeside && <ResizeEdge label={t("views.edgeStep")} />}
          {isBeside && (
            <Pane id="step" size={376} minSize={320} maxSize={720}>
              {drawer}
            </Pane>
          )}
        </Panes>
        {drawer && isNarrow && <div className={styles.over}>{drawer}</div>}
      </div>
    </>
  );
}
