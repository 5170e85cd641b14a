// Lists and amounts as the Run panel says them.

import i18next from "i18next";

import type { DryRun } from "../../../api/types";
import { locale } from "../../../components/format";

/** `extract, parties and 5 more steps`. */
export function stepsInWords(ids: readonly string[], most = 3): string {
  if (ids.length <= most) return listed(ids);
  const shown = ids.slice(0, most - 1);
  return listed([...shown, i18next.t("run:moreSteps", { count: ids.length - shown.length })]);
}

export function listed(words: readonly string[]): string {
  // English with a comma before the last word reads as another name in a row of ids.
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(words);
}

/** `2 reviews`, `up to 3 reviews`, `1 to 4 reviews`: a step that may be skipped or scored may ask nobody. */
export function reviewsInWords({ reviews, reviewsMaybe }: Pick<DryRun, "reviews" | "reviewsMaybe">): string {
  const to = reviews.length;
  const from = to - reviewsMaybe.length;
  if (to === 0) return i18next.t("run:reviews.none");
  if (from === to) return i18next.t("run:reviews.certain", { count: to });
  if (from <= 0) return i18next.t("run:reviews.maybe", { count: to });
  return i18next.t("run:reviews.between", { from, to });
}
