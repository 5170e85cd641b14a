// Plans as cards: the pinned ones above, or all of them. Only rows of cards in sight exist.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import type { Plan } from "../../api/types";
import { Skeleton } from "../../components/Skeleton";
import { PlanCard } from "./PlanCard";
import styles from "./PlanCards.module.css";
import type { PlanListProps } from "./PlanTable";
import { useRowFocus } from "./useRowFocus";
import { pxOf, useOffsetIn, useWidth } from "./virtual";

/** The narrowest card, the room between two, and the height of both. */
const CARD_REM = 17.625;
const GAP_REM = 0.75;
const ROW_REM = 10.9375;

export function PlanCards({ plans, acts, pins, moment, scroller, onAt }: PlanListProps) {
  const { t } = useTranslation("plans");
  const list = useRef<HTMLUListElement>(null);
  const widthPx = useWidth(list);
  const across = Math.max(1, Math.floor((widthPx + pxOf(GAP_REM)) / pxOf(CARD_REM + GAP_REM)));
  const scrollMargin = useOffsetIn(scroller, list);
  // Its answers change without a new object, which is why nothing below keeps them.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: Math.ceil(plans.length / across),
    getScrollElement: () => scroller.current,
    estimateSize: () => pxOf(ROW_REM + GAP_REM),
    overscan: 2,
    scrollMargin,
    scrollPaddingStart: pxOf(GAP_REM),
  });
  const ids = plans.map(({ id }) => id);
  const reveal = (index: number) => virtualizer.scrollToIndex(Math.floor(index / across), { align: "auto" });
  const focus = useRowFocus(ids, reveal, across);
  useAction("rows.next", () => focus.move(1));
  useAction("rows.previous", () => focus.move(-1));
  const { atId } = focus;
  useEffect(() => onAt(atId), [atId, onAt]);

  const rows = virtualizer.getVirtualItems();
  const first = (rows[0]?.index ?? 0) * across;
  const shown: readonly Plan[] = plans.slice(first, ((rows.at(-1)?.index ?? -1) + 1) * across);
  return (
    <div className={styles.all} style={{ height: virtualizer.getTotalSize() + pxOf(GAP_REM) }}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys move among the cards' links */}
      <ul
        ref={list}
        className={styles.cards}
        aria-label={t("title")}
        style={{
          gridTemplateColumns: `repeat(${across}, minmax(0, 1fr))`,
          marginTop: (rows[0]?.start ?? scrollMargin) - scrollMargin,
        }}
        onFocus={focus.onFocus}
        onBlur={focus.onBlur}
        onKeyDown={focus.onKeyDown}
      >
        {shown.map((plan) => (
          <PlanCard
            key={plan.id}
            plan={plan}
            acts={acts}
            moment={moment}
            isPinned={pins.isPinned(plan)}
            togglePin={pins.toggle}
            isStop={plan.id === focus.stopId}
            register={focus.register}
          />
        ))}
      </ul>
    </div>
  );
}

const NOTHING = () => {};

/** The pinned plans, all of them reached by Tab. */
export function PinnedCards({ plans, acts, pins, moment }: Omit<PlanListProps, "scroller" | "onAt">) {
  const { t } = useTranslation("plans");
  return (
    <section className={styles.pinned}>
      <h2 className={styles.heading}>{t("pinned")}</h2>
      <ul className={styles.cards} aria-label={t("pinned")}>
        {plans.map((plan) => (
          <PlanCard
            key={plan.id}
            plan={plan}
            acts={acts}
            moment={moment}
            isPinned
            togglePin={pins.toggle}
            isStop
            register={NOTHING}
          />
        ))}
      </ul>
    </section>
  );
}

/** The cards while plans are being read. */
export function PlanCardsSkeleton() {
  const { t } = useTranslation("plans");
  return (
    <div className={styles.all} role="status" aria-label={t("loading")}>
      <div className={styles.cards} aria-hidden>
        {Array.from({ length: 8 }, (_, card) => (
          <div key={card} className={styles.waiting}>
            <Skeleton heightRem={10.9375} />
          </div>
        ))}
      </div>
    </div>
  );
}
