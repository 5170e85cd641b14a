// A plan as a card: its drawing in the colours of its last execution, and what a run takes.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ellipsis, Play, Undo2 } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "../../components/Button";
import { ContextMenu } from "../../components/ContextMenu";
import { clock, moneyRoughly } from "../../components/format";
import { IconButton } from "../../components/IconButton";
import { Menu } from "../../components/Menu";
import { PlanDrawing } from "../../components/PlanDrawing";
import { LastRun } from "./LastRun";
import styles from "./PlanCards.module.css";
import { planMenu } from "./planMenu";
import type { PlanItemProps } from "./PlanRow";
import { statusesQuery } from "./queries";

export const PlanCard = memo(function PlanCard(props: PlanItemProps) {
  const { plan, acts, moment, isPinned, togglePin, isStop, register } = props;
  const { t } = useTranslation(["plans", "actions"]);
  const { stats } = plan;
  const lastId = stats?.lastExecution?.id;
  const { data: statuses } = useQuery({ ...statusesQuery(lastId ?? ""), enabled: lastId !== undefined });
  const items = planMenu(plan, acts, { isPinned, toggle: togglePin }, t);
  const isArchived = plan.archivedAt !== undefined;
  return (
    <ContextMenu items={items}>
      <li className={styles.card} data-plan={plan.id}>
        <div className={styles.drawing}>
          <PlanDrawing steps={plan.steps} size="large" statuses={statuses} background="var(--canvas)" />
        </div>
        <div className={styles.words}>
          <div className={styles.line}>
            <Link
              ref={(element: HTMLElement | null) => register(plan.id, element)}
              to="/plans/$planId"
              params={{ planId: plan.id }}
              className={styles.name}
              tabIndex={isStop ? 0 : -1}
            >
              {plan.name}
            </Link>
            <span className={styles.acts}>
              <Button
                size="small"
                icon={isArchived ? Undo2 : Play}
                tabIndex={isStop ? 0 : -1}
                onClick={() => (isArchived ? acts.restore(plan) : acts.run(plan))}
              >
                {isArchived ? t("plans:restore") : t("plans:run")}
              </Button>
            </span>
            <Menu
              trigger={
                <IconButton
                  name={t("plans:menu", { name: plan.name })}
                  icon={Ellipsis}
                  size="small"
                  className={styles.menu}
                  tabIndex={isStop ? 0 : -1}
                />
              }
              items={items}
            />
          </div>
          <div className={styles.line}>
            <LastRun plan={plan} moment={moment} />
            {stats?.averageDurationMs !== undefined && stats.averageCost !== undefined && (
              <span className={styles.average}>
                {t("plans:average", { cost: moneyRoughly(stats.averageCost), time: clock(stats.averageDurationMs) })}
              </span>
            )}
          </div>
        </div>
      </li>
    </ContextMenu>
  );
});
