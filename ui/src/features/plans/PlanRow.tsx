// A plan as a row: what it is, how it went, what it costs. What can be done with it appears where one is.

import { Link } from "@tanstack/react-router";
import { Ellipsis, Play, Undo2 } from "lucide-react";
import { memo, type MouseEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Plan } from "../../api/types";
import { Button } from "../../components/Button";
import { Chip } from "../../components/Chip";
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

interface RowProps extends PlanItemProps {
  index: number;
  isMenuOpen: boolean;
}

export const PlanRow = memo(function PlanRow(props: RowProps) {
  const { plan, acts, moment, isStop, register, index, isMenuOpen } = props;
  const { t } = useTranslation("plans");
  const [isUnder, setUnder] = useState(false);
  const { stats } = plan;
  const open = (event: MouseEvent<HTMLElement>) => {
    // The whole row opens the plan, but for what acts by itself, and for menus, which stand elsewhere on the page.
    if (!(event.target instanceof Element) || !event.currentTarget.contains(event.target)) return;
    if (event.target.closest("a, button") === null) acts.open(plan);
  };
  return (
    <Tr
      className={styles.row}
      data-plan={plan.id}
      data-state={isMenuOpen ? "open" : undefined}
      aria-rowindex={index + 2}
      onClick={open}
      onPointerEnter={() => setUnder(true)}
      onPointerLeave={({ currentTarget }) => {
        // The button of an open menu has to stay, or the menu would go with it.
        if (currentTarget.querySelector("[aria-expanded=true]") === null) setUnder(false);
      }}
    >
      <Td>
        <PlanDrawing steps={plan.steps} background="var(--row-ground)" />
      </Td>
      <Td className={styles.nameCell}>
        <div className={styles.nameBox}>
          <span className={styles.nameLine}>
            <Link
              ref={(element: HTMLElement | null) => register(plan.id, element)}
              to="/plans/$planId"
              params={{ planId: plan.id }}
              className={styles.name}
              title={plan.name}
              tabIndex={isStop ? 0 : -1}
            >
              {plan.name}
            </Link>
            {plan.draft === true && <Chip>{t("draft")}</Chip>}
          </span>
          {plan.description && (
            <span className={styles.description} title={plan.description}>
              {plan.description}
            </span>
          )}
          {(isStop || isUnder) && <RowActs {...props} />}
        </div>
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
  );
});

/** Made only for the row under the pointer and for the one that Tab leads to: buttons for a thousand rows are slow. */
function RowActs({ plan, acts, isPinned, togglePin, isStop }: RowProps) {
  const { t } = useTranslation(["plans", "actions"]);
  const tabIndex = isStop ? 0 : -1;
  const isArchived = plan.archivedAt !== undefined;
  return (
    <span className={styles.acts}>
      <Button
        size="small"
        icon={isArchived ? Undo2 : Play}
        tabIndex={tabIndex}
        onClick={() => (isArchived ? acts.restore(plan) : acts.run(plan))}
      >
        {isArchived ? t("plans:restore") : t("plans:run")}
      </Button>
      <Button size="small" tabIndex={tabIndex} onClick={() => acts.open(plan)}>
        {t("plans:open")}
      </Button>
      <Menu
        trigger={
          <IconButton name={t("plans:menu", { name: plan.name })} icon={Ellipsis} size="small" tabIndex={tabIndex} />
        }
        items={planMenu(plan, acts, { isPinned, toggle: togglePin }, t)}
      />
    </span>
  );
}
