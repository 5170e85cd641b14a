// The plans that are wanted, or what to do where there are none.

import { Plus, Upload } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Plan } from "../../api/types";
import { Button } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import type { Sorting } from "./columns";
import { PinnedCards, PlanCards } from "./PlanCards";
import { type PlanListProps, PlanTable } from "./PlanTable";
import styles from "./PlansPage.module.css";
import type { View } from "./useAddress";

interface Props extends Omit<PlanListProps, "plans">, Sorting {
  all: readonly Plan[];
  rows: readonly Plan[];
  view: View;
  isArchived: boolean;
  /** Words or tags are asked for. */
  isFiltered: boolean;
  onClear: () => void;
  onLeaveArchived: () => void;
  onNew: () => void;
  onImport: () => void;
}

export function PlanList(props: Props) {
  const { all, rows, view, isArchived, isFiltered, sort, order, onSort, acts, pins, moment, scroller, onAt } = props;
  const { t } = useTranslation("plans");
  const pinned = isArchived || isFiltered ? [] : pins.among(all);
  const list = { plans: rows, acts, pins, moment, scroller, onAt };
  return (
    <>
      <p role="status" className="visually-hidden">
        {t("shown", { count: rows.length })}
      </p>
      {rows.length === 0 && (
        <div className={styles.middle}>
          <Nothing {...props} />
        </div>
      )}
      {pinned.length > 0 && <PinnedCards plans={pinned} acts={acts} pins={pins} moment={moment} />}
      {rows.length > 0 &&
        (view === "table" ? (
          <PlanTable {...list} sort={sort} order={order} onSort={onSort} />
        ) : (
          <PlanCards {...list} />
        ))}
    </>
  );
}

function Nothing({ all, isArchived, onClear, onLeaveArchived, onNew, onImport }: Props) {
  const { t } = useTranslation("plans");
  if (all.length > 0) {
    const action = <Button onClick={onClear}>{t("empty.clear")}</Button>;
    return <EmptyState title={t("empty.none")} text={t("empty.noneText")} action={action} />;
  }
  if (isArchived) {
    const action = <Button onClick={onLeaveArchived}>{t("empty.back")}</Button>;
    return <EmptyState title={t("empty.noneArchived")} text={t("empty.noneArchivedText")} action={action} />;
  }
  return (
    <EmptyState
      title={t("empty.title")}
      text={t("empty.text")}
      action={
        <>
          <Button icon={Plus} onClick={onNew}>
            {t("new")}
          </Button>
          <Button variant="ghost" icon={Upload} onClick={onImport}>
            {t("import")}
          </Button>
        </>
      }
    />
  );
}
