// The lanes that this execution uses: how full they are, and who holds the full ones.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleEllipsis } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { queuesQuery } from "../../api/queries";
import type { Execution, Lane, Plan } from "../../api/types";
import { number, timeOfDayExactly } from "../../components/format";
import { Icon } from "../../components/Icon";
import styles from "./Lanes.module.css";
import { modelParts, shortId } from "./words";

export function Lanes({ execution, plan }: { execution: Execution; plan: Plan }) {
  const { t } = useTranslation("executions");
  const { data } = useQuery({ ...queuesQuery, staleTime: 0 });
  const used = useMemo(() => usedBy(execution, plan), [execution, plan]);
  const lanes = (data?.items ?? []).filter(
    (lane) => used.has(lane.name) && (lane.limit !== null || lane.kind === "queue"),
  );
  return (
    <footer className={styles.lanes} aria-label={t("lanes.title")}>
      <strong>{t("lanes.title")}</strong>
      {lanes.map((lane) => (
        <LaneSaid key={`${lane.kind} ${lane.name}`} lane={lane} executionId={execution.id} />
      ))}
      <Link to="/settings/$section" params={{ section: "queues" }} className={styles.change}>
        {t("lanes.change")}
      </Link>
    </footer>
  );
}

/** Queues and models of the steps. */
function usedBy(execution: Execution, plan: Plan): Set<string> {
  const names = new Set(plan.steps.map((step) => step.queue ?? plan.defaults?.queue ?? "default"));
  for (const step of Object.values(execution.steps ?? {})) if (step.modelId !== undefined) names.add(step.modelId);
  return names;
}

function LaneSaid({ lane, executionId }: { lane: Lane; executionId: string }) {
  const { t } = useTranslation("executions");
  const isFull = lane.limit !== null && lane.running >= lane.limit;
  const others = lane.holders.filter((id) => id !== executionId);
  const holder = others[0];
  return (
    <span className={isFull ? styles.full : styles.lane}>
      {isFull && <Icon icon={CircleEllipsis} sizePx={14} />}
      <span>
        {modelParts(lane.name).model} <strong>{number(lane.running)}</strong>{" "}
        {lane.limit === null ? "" : t("lanes.ofLimit", { limit: lane.limit })}
      </span>
      {isFull && holder !== undefined && (
        <span>
          {t("lanes.heldBy")}{" "}
          <Link to="/executions/$executionId" params={{ executionId: holder }} className={styles.holder} title={holder}>
            {shortId(holder)}
          </Link>
        </span>
      )}
      {lane.heldUntil !== undefined && <span>{t("lanes.paused", { time: timeOfDayExactly(lane.heldUntil) })}</span>}
    </span>
  );
}
