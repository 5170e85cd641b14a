// Tags with their counts, sorting, and the two ways to see plans.

import { ArrowDownWideNarrow, ArrowUpNarrowWide, LayoutGrid, Table2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "../../components/Button";
import { Menu } from "../../components/Menu";
import { Segmented } from "../../components/Segmented";
import { Tag } from "../../components/Tag";
import type { Sorting } from "./columns";
import { firstOrder, SORTS } from "./rows";
import styles from "./Toolbar.module.css";
import type { View } from "./useAddress";
import { useMedia } from "../../components/useMedia";

/** How many tags stand before "More": one line of them. */
const SHOWN_TAGS = { wide: 6, narrow: 3 };

interface Props extends Sorting {
  tags: readonly { tag: string; count: number }[];
  chosen: readonly string[];
  onChoose: (tags: readonly string[]) => void;
  isArchived: boolean;
  onArchived: (isArchived: boolean) => void;
  view: View;
  onView: (view: View) => void;
}

export function Toolbar(props: Props) {
  const { t } = useTranslation("plans");
  const { view, onView } = props;
  return (
    <div className={styles.bar}>
      <Filters {...props} />
      <div className={styles.end}>
        <SortMenu {...props} />
        <Segmented
          label={t("view")}
          value={view}
          onChange={onView}
          options={[
            { value: "table", label: t("table"), icon: Table2 },
            { value: "cards", label: t("cards"), icon: LayoutGrid },
          ]}
        />
      </div>
    </div>
  );
}

function Filters({ tags, chosen, onChoose, isArchived, onArchived }: Props) {
  const { t } = useTranslation("plans");
  const [isOpen, setOpen] = useState(false);
  const most = useMedia("(max-width: 68.75rem)") ? SHOWN_TAGS.narrow : SHOWN_TAGS.wide;
  // What is chosen never hides behind "More".
  const shown = isOpen ? tags : tags.filter(({ tag }, index) => index < most || chosen.includes(tag));
  return (
    <div className={styles.filters} role="group" aria-label={t("tags")}>
      {shown.map(({ tag, count }) => {
        const isOn = chosen.includes(tag);
        return (
          <Tag
            key={tag}
            isOn={isOn}
            onClick={() => onChoose(isOn ? chosen.filter((other) => other !== tag) : [...chosen, tag])}
          >
            {`${tag} ${count}`}
          </Tag>
        );
      })}
      {tags.length > most && (
        <Button variant="ghost" size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t("fewer") : t("more")}
        </Button>
      )}
      {tags.length > 0 && <span className={styles.line} aria-hidden />}
      <Tag isOn={isArchived} onClick={() => onArchived(!isArchived)}>
        {t("archived")}
      </Tag>
    </div>
  );
}

function SortMenu({ sort, order, onSort }: Sorting) {
  const { t } = useTranslation("plans");
  const column = t(`columns.${sort}`);
  return (
    <Menu
      trigger={
        <Button
          variant="ghost"
          icon={order === "ascending" ? ArrowUpNarrowWide : ArrowDownWideNarrow}
          aria-label={t("sortedBy", { column })}
        >
          {column}
        </Button>
      }
      items={[
        { heading: t("sort") },
        ...SORTS.map((one) => ({
          label: t(`columns.${one}`),
          isOn: one === sort,
          onSelect: () => onSort(one, one === sort ? order : firstOrder(one)),
        })),
        "separator",
        ...(["ascending", "descending"] as const).map((one) => ({
          label: t(`order.${one}`),
          isOn: one === order,
          onSelect: () => onSort(sort, one),
        })),
      ]}
    />
  );
}
