// A plan as a row: what it is, how it went, what it costs. What can be done with it appears where one is.

import { Link } from "@tanstack/react-router";
import { Ellipsis, Play, Undo2 } from "lucide-react";
import { memo, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Plan } from "../../api/types";
import { Button } from "../../components/Button";
import { Chip } from "../../components/Chip";
import { ContextMenu } from "../../components/ContextMenu";
import { absolute, clock, day, moneyRoughly, number } from "../../components/format";
import { IconButton } from "../../components/IconButton";
import { LastTwelve } from "../../components/LastTwelve";
import { Menu } from "../../components/Menu";
import { PlanDrawing } from "../../components/PlanDrawing";
import { Td, Tr } from "../../components/Table";
import { Tag } from "../../components/Tag";
import { LastRun, type Moment } from "./LastRun";
import { planMenu } from "./planMenu";
import styles from "./PlanTable.module.css";
import type { PlanActs } from "./usePlanActs";

export interface PlanItemProps {
  plan: Plan;
  acts: PlanActs;
  moment: Moment;
  isPinned: boolean;
  togglePin: (plan: Plan) => void;
  /** Tab leads here. */
  isStop: boolean;
  register: (id: string, element: HTMLElement | null) => void;
}

export const PlanRow = memo(function PlanRow(props: PlanItemProps & { index: number }) {
  const { plan, acts, moment, isPinned, togglePin, isStop, register, index } = props;
  const { t } = useTranslation(["plans", "actions"]);
  const { stats } = plan;
  const items = planMenu(plan, acts, { isPinned, toggle: togglePin }, t);
  const open = (event: MouseEvent<HTMLElement>) => {
    // The whole row opens the plan, but for what acts by itself, and for menus, which stand elsewhere on the page.
    if (!(event.target instanceof Element) || !event.currentTarget.contains(event.target)) return;
    if (event.target.closest("a, button") === null) acts.open(plan);
  };
  return (
    <ContextMenu items={items}>
      <Tr className={styles.row} data-plan={plan.id} aria-rowindex={index + 2} onClick={open}>
        <Td>
          <PlanDrawing steps={plan.steps} background="var(--row-ground)" />
        </Td>
        <Td className={styles.nameCell}>
          <span className={styles.nameLine}>
            <Link
              ref={(element: HTMLElement | null) => register(plan.id, element)}
              to="/plans/$planId"
              params={{ planId: plan.id }}
              className={styles.name}
              tabIndex={isStop ? 0 : -1}
            >
              {plan.name}
            </Link>
            {plan.draft === true && <Chip>{t("plans:draft")}</Chip>}
          </span>
          {plan.description && <span className={styles.description}>{plan.description}</span>}
          <span className={styles.acts}>
            {plan.archivedAt === undefined ? (
              <Button size="small" icon={Play} tabIndex={isStop ? 0 : -1} onClick={() => acts.run(plan)}>
                {t("plans:run")}
              </Button>
            ) : (
              <Button size="small" icon={Undo2} tabIndex={isStop ? 0 : -1} onClick={() => acts.restore(plan)}>
                {t("plans:restore")}
              </Button>
            )}
            <Button size="small" tabIndex={isStop ? 0 : -1} onClick={() => acts.open(plan)}>
              {t("plans:open")}
            </Button>
            <Menu
              trigger={
                <IconButton
                  name={t("plans:menu", { name: plan.name })}
                  icon={Ellipsis}
                  size="small"
                  tabIndex={isStop ? 0 : -1}
                />
              }
              items={items}
            />
          </span>
        </Td>
        <Td>
          <span className={styles.tags}>
            {plan.tags.map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </span>
        </Td>
        <Td isEnd>{number(plan.steps.length)}</Td>
        <Td>
          <LastRun plan={plan} moment={moment} />
        </Td>
        <Td>
          {stats && stats.recent.length > 0 && (
            <span className={styles.recent}>
              <LastTwelve statuses={stats.recent} />
            </span>
          )}
        </Td>
        <Td isEnd isQuiet>
          {stats?.averageDurationMs !== undefined && clock(stats.averageDurationMs)}
        </Td>
        <Td isEnd isQuiet>
          {stats?.averageCost !== undefined && moneyRoughly(stats.averageCost)}
        </Td>
        <Td isEnd isQuiet>
          <time dateTime={plan.updatedAt} title={absolute(plan.updatedAt)}>
            {day(plan.updatedAt, moment.nowMs)}
          </time>
        </Td>
      </Tr>
    </ContextMenu>
  );
});
