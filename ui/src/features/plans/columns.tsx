// The head of the table, the same while plans are still being read. Widths stand in `PlanTable.module.css`.

import { useTranslation } from "react-i18next";

import { Th } from "../../components/Table";
import { firstOrder, type Order, type Sort } from "./rows";

export interface Sorting {
  sort: Sort;
  order: Order;
  onSort: (sort: Sort, order: Order) => void;
}

export function TableHead({ sort, order, onSort }: Sorting) {
  const { t } = useTranslation("plans");
  const sortable = (column: Sort) => ({
    order: column === sort ? order : null,
    onSort: () => {
      const other: Order = order === "ascending" ? "descending" : "ascending";
      onSort(column, column === sort ? other : firstOrder(column));
    },
  });
  return (
    <thead>
      <tr>
        <Th isHidden>{t("columns.drawing")}</Th>
        <Th {...sortable("name")}>{t("columns.name")}</Th>
        <Th>{t("columns.tags")}</Th>
        <Th isEnd {...sortable("steps")}>
          {t("columns.steps")}
        </Th>
        <Th {...sortable("execution")}>{t("columns.execution")}</Th>
        <Th>{t("columns.recent")}</Th>
        <Th isEnd {...sortable("time")}>
          {t("columns.time")}
        </Th>
        <Th isEnd {...sortable("cost")}>
          {t("columns.cost")}
        </Th>
        <Th isEnd {...sortable("changed")}>
          {t("columns.changed")}
        </Th>
      </tr>
    </thead>
  );
}
