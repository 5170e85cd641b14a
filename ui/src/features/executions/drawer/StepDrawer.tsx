// One step of the execution: what it wrote, what it was asked, how often it was tried, what it used.

import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronUp, FlaskConical, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { keysOf, useOffer } from "../../../actions";
import { approvalQuery, stepQuery } from "../../../api/queries";
import type { Execution, Step, StepView } from "../../../api/types";
import { Button } from "../../../components/Button";
import { ErrorState } from "../../../components/ErrorState";
import { money, number } from "../../../components/format";
import { Icon } from "../../../components/Icon";
import { IconButton } from "../../../components/IconButton";
import { Skeleton } from "../../../components/Skeleton";
import { StatusPill } from "../../../components/StatusPill";
import { TabPanel, Tabs } from "../../../components/Tabs";
import { modelParts, providerName, shortId, useSaid } from "../words";
import { AttemptsTab } from "./AttemptsTab";
import { Deciding } from "./Deciding";
import styles from "./Drawer.module.css";
import { MarksTab } from "./MarksTab";
import { OutputTab, type OutputView } from "./OutputTab";
import { PromptTab } from "./PromptTab";
import { UsageTab } from "./UsageTab";

export type DrawerTab = "output" | "prompt" | "attempts" | "usage" | "marks";

export interface StepDrawerProps {
  execution: Execution;
  stepId: string;
  view: StepView;
  step: Step | undefined;
  /** Of the execution or its plan. */
  threshold: number | null;
  tab: DrawerTab;
  onTab: (tab: DrawerTab) => void;
  onMove: (by: 1 | -1) => void;
  onClose: () => void;
  isFollowing: boolean;
}

export function StepDrawer(props: StepDrawerProps) {
  const { execution, stepId, view, threshold, tab, onTab } = props;
  const { t } = useTranslation("executions");
  const { data: detail, error, isFetching } = useQuery(stepQuery(execution.id, stepId));
  const isWaiting = view.status === "awaiting_approval";
  const { data: approval } = useQuery({ ...approvalQuery(view.taskId), enabled: isWaiting });
  const [outputView, setOutputView] = useState<OutputView | null>(null);
  const hasMarks = detail?.marks !== undefined;
  const shownTab = tab === "marks" && !hasMarks ? "output" : tab;
  const textsDeleted = execution.textsDeleted === true;
  const tabs = [
    { value: "output" as const, label: t("drawer.tabs.output") },
    { value: "prompt" as const, label: t("drawer.tabs.prompt") },
    { value: "attempts" as const, label: t("drawer.tabs.attempts"), count: detail?.attempts.length || undefined },
    { value: "usage" as const, label: t("drawer.tabs.usage") },
    ...(hasMarks ? [{ value: "marks" as const, label: t("drawer.tabs.marks") }] : []),
  ];
  return (
    <aside className={styles.drawer} aria-label={t("drawer.label", { step: stepId })}>
      <Head {...props} />
      <Tabs className={styles.tabs} label={t("drawer.tabs.label")} value={shownTab} onChange={onTab} tabs={tabs}>
        <TabPanel value="output" className={styles.panel}>
          <OutputTab
            executionId={execution.id}
            stepId={stepId}
            step={view}
            detail={detail}
            draft={isWaiting ? (approval?.output ?? null) : null}
            isRead={isFetching}
            textsDeleted={textsDeleted}
            view={outputView}
            onView={setOutputView}
          />
        </TabPanel>
        <TabPanel value="prompt" className={styles.panel}>
          {detail ? <PromptTab detail={detail} textsDeleted={textsDeleted} /> : <Unread error={error} />}
        </TabPanel>
        <TabPanel value="attempts" className={styles.panel}>
          {detail ? <AttemptsTab attempts={detail.attempts} /> : <Unread error={error} />}
        </TabPanel>
        <TabPanel value="usage" className={styles.panel}>
          {detail ? <UsageTab step={view} attempts={detail.attempts} /> : <Unread error={error} />}
        </TabPanel>
        <TabPanel value="marks" className={styles.panel}>
          {detail?.marks && <MarksTab marks={detail.marks} threshold={threshold} detail={detail} />}
        </TabPanel>
      </Tabs>
      {isWaiting && <Deciding key={view.taskId} taskId={view.taskId} stepId={stepId} threshold={threshold} />}
      <Foot view={view} isFollowing={props.isFollowing} />
    </aside>
  );
}

function Head({ execution, stepId, view, step, onMove, onClose }: StepDrawerProps) {
  const { t } = useTranslation("executions");
  const { model, provider } = modelParts(view.modelId ?? "");
  const most = step?.retry?.maxAttempts;
  const facts = [
    view.modelId === undefined
      ? view.model
      : t("drawer.on", { model: view.model ?? model, provider: providerName(provider) }),
    view.attempt === undefined
      ? null
      : most == null || most < view.attempt
        ? t("drawer.attempt", { n: view.attempt })
        : t("drawer.attemptOf", { n: view.attempt, max: most }),
  ].filter(Boolean);
  return (
    <header className={styles.head}>
      <div className={styles.headRow}>
        <h2 className={styles.name} title={stepId}>
          {stepId}
        </h2>
        <StatusPill status={view.status} />
        <span className={styles.moves}>
          <IconButton
            icon={ChevronUp}
            name={t("drawer.previous")}
            keys={keysOf("execution.previous")}
            onClick={() => onMove(-1)}
          />
          <IconButton
            icon={ChevronDown}
            name={t("drawer.next")}
            keys={keysOf("execution.next")}
            onClick={() => onMove(1)}
          />
          <IconButton icon={X} name={t("drawer.close")} keys="Escape" onClick={onClose} />
        </span>
      </div>
      <p className={styles.meta} title={view.modelId}>
        <span className={styles.facts1}>{facts.join(" · ")}</span>
        <span title={view.taskId}>
          {t("drawer.task")} <code>{shortId(view.taskId)}</code>
        </span>
        {execution.simulated === true && (
          <span className={styles.simulated} title={t("simulatedHint")}>
            <Icon icon={FlaskConical} sizePx={14} /> {t("simulated")}
          </span>
        )}
      </p>
    </header>
  );
}

function Unread({ error }: { error: Error | null }) {
  const { t } = useTranslation("executions");
  const said = useSaid();
  if (error) {
    const { text, code } = said(error);
    return (
      <div className={styles.inset}>
        <ErrorState isInline title={t("drawer.unreadable")} text={text} code={code} />
      </div>
    );
  }
  return (
    <div className={styles.waiting}>
      <Skeleton widthRem={14} />
      <Skeleton />
      <Skeleton widthRem={10} />
    </div>
  );
}

function Foot({ view, isFollowing }: { view: StepView; isFollowing: boolean }) {
  const { t } = useTranslation("executions");
  const follow = useOffer("execution.follow");
  return (
    <footer className={styles.foot}>
      <span>
        <strong>{number(view.usage?.input ?? 0)}</strong> {t("drawer.in")}
      </span>
      <span>
        <strong>{number(view.usage?.output ?? 0)}</strong> {t("drawer.out")}
      </span>
      <strong>{view.cost === undefined ? "" : money(view.cost, { isAtLeast: view.costAtLeast === true })}</strong>
      {follow && follow.whyNot === undefined && view.status !== "awaiting_approval" && (
        <span className={styles.footAction}>
          <Button keys={keysOf("execution.follow")} onClick={follow.perform}>
            {isFollowing ? t("drawer.stopFollowing") : t("drawer.follow")}
          </Button>
        </span>
      )}
    </footer>
  );
}
