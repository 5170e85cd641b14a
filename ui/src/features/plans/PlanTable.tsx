// The table of plans. Only rows in sight exist, and the one that Tab leads to.

import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { Fragment, type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import type { Plan } from "../../api/types";
import { ContextMenu } from "../../components/ContextMenu";
import { Skeleton } from "../../components/Skeleton";
import { Table, Td, Tr } from "../../components/Table";
import { type Sorting, TableHead } from "./columns";
import type { Moment } from "./LastRun";
import { PlanRow } from "./PlanRow";
import styles from "./PlanTable.module.css";
import type { Pins } from "./usePins";
import type { PlanActs } from "./usePlanActs";
import { useRowFocus } from "./useRowFocus";
import { useRowMenu } from "./useRowMenu";
import { pxOf, useOffsetIn } from "./virtual";

const ROW_REM = 3;
const HEAD_REM = 2;

export interface PlanListProps {
  plans: readonly Plan[];
  acts: PlanActs;
  pins: Pins;
  moment: Moment;
  scroller: RefObject<HTMLDivElement | null>;
  /** The plan that somebody is at, or null. */
  onAt: (id: string | null) => void;
}

export function PlanTable({ plans, acts, pins, moment, scroller, onAt, ...sorting }: PlanListProps & Sorting) {
  const { t } = useTranslation("plans");
  const body = useRef<HTMLTableSectionElement>(null);
  const ids = plans.map(({ id }) => id);
  const scrollMargin = useOffsetIn(scroller, body);
  const stop = useRef(-1);
  // Its answers change without a new object, which is why nothing below keeps them.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: plans.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => pxOf(ROW_REM),
    getItemKey: (index) => ids[index] ?? index,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      const at = stop.current;
      if (at < 0 || at >= plans.length || shown.includes(at)) return shown;
      return [...shown, at].sort((a, b) => a - b);
    },
    overscan: 8,
    scrollMargin,
    scrollPaddingStart: pxOf(HEAD_REM),
  });
  const focus = useRowFocus(ids, (index) => virtualizer.scrollToIndex(index, { align: "auto" }));
  stop.current = focus.stopId === null ? -1 : ids.indexOf(focus.stopId);
  useAction("rows.next", () => focus.move(1));
  useAction("rows.previous", () => focus.move(-1));
  const { atId } = focus;
  useEffect(() => onAt(atId), [atId, onAt]);

  const menu = useRowMenu(plans, acts, pins);
  const items = virtualizer.getVirtualItems();
  const endPx = virtualizer.getTotalSize() + scrollMargin;
  return (
    <Table label={t("title")} className={styles.table} aria-rowcount={plans.length + 1}>
      <TableHead {...sorting} />
      <ContextMenu items={menu.items} onOpenChange={menu.onOpenChange}>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys move among the rows' links */}
        <tbody
          ref={body}
          onContextMenuCapture={menu.onContextMenuCapture}
          onFocus={focus.onFocus}
          onBlur={focus.onBlur}
          onKeyDown={focus.onKeyDown}
        >
          {items.map((item, at) => {
            const plan = plans[item.index];
            if (!plan) return null;
            const gapPx = item.start - (items[at - 1]?.end ?? scrollMargin);
            return (
              <Fragment key={item.key}>
                <Gap heightPx={gapPx} />
                <PlanRow
                  plan={plan}
                  acts={acts}
                  moment={moment}
                  isPinned={pins.isPinned(plan)}
                  togglePin={pins.toggle}
                  isStop={plan.id === focus.stopId}
                  register={focus.register}
                  index={item.index}
                  isMenuOpen={plan.id === menu.openId}
                />
              </Fragment>
            );
          })}
          <Gap heightPx={endPx - (items.at(-1)?.end ?? scrollMargin)} />
        </tbody>
      </ContextMenu>
    </Table>
  );
}

/** The room of the rows that are out of sight. It spans no columns, because some of them may be hidden. */
function Gap({ heightPx }: { heightPx: number }) {
  if (heightPx <= 0) return null;
  return (
    <tr aria-hidden>
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- nothing is there, for anybody */}
      <td className={styles.gap} style={{ height: heightPx }} />
    </tr>
  );
}

/** The table while plans are being read. */
export function PlanTableSkeleton(sorting: Sorting) {
  const { t } = useTranslation("plans");
  return (
    <div role="status" aria-label={t("loading")}>
      <Table label={t("title")} className={styles.table} aria-hidden>
        <TableHead {...sorting} />
        <tbody>
          {Array.from({ length: 8 }, (_, row) => (
            <Tr key={row} className={styles.waiting}>
              <Td>
                <Skeleton widthRem={4.5} heightRem={1.5} />
              </Td>
              <Td className={styles.nameCell}>
                <Skeleton widthRem={7 + ((row * 5) % 6)} />
                <span className={styles.secondLine}>
                  <Skeleton widthRem={14 + ((row * 7) % 5)} heightRem={0.625} />
                </span>
              </Td>
              {[5, 1, 9, 5, 2.5, 2.5, 4].map((widthRem, column) => (
                <Td key={column} isEnd={column === 1 || column > 3}>
                  <span className={styles.cell}>
                    <Skeleton widthRem={widthRem} />
                  </span>
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
