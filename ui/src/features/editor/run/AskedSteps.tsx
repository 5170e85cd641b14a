// Which steps always ask a person. What the plan says stays; more can be added for one execution.

import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { Checkbox } from "../../../components/Checkbox";
import { SearchField } from "../../../components/SearchField";
import styles from "./RunPanel.module.css";

/** More are found by typing. */
const MOST_SHOWN = 12;

export function AskedSteps({
  stepIds,
  byPlan,
  chosen,
  error,
  onChange,
}: {
  stepIds: readonly string[];
  byPlan: ReadonlySet<string>;
  chosen: readonly string[];
  error: string | undefined;
  onChange: (chosen: string[]) => void;
}) {
  const { t } = useTranslation("run");
  const titleId = useId();
  const [search, setSearch] = useState("");
  const isMany = stepIds.length > MOST_SHOWN;
  const wanted = search.trim().toLowerCase();
  const matches = stepIds.filter((id) => id.toLowerCase().includes(wanted));
  // What is chosen is never out of sight.
  const isSet = (id: string) => byPlan.has(id) || chosen.includes(id);
  const first = wanted === "" && isMany ? matches.toSorted((a, b) => Number(isSet(b)) - Number(isSet(a))) : matches;
  const shown = first.slice(0, MOST_SHOWN);
  const toggle = (id: string, isAsked: boolean) =>
    onChange(isAsked ? [...chosen, id] : chosen.filter((other) => other !== id));
  return (
    <div className={styles.asked} role="group" aria-labelledby={titleId}>
      <span id={titleId} className={styles.askedTitle}>
        {t("requiredFor")}
      </span>
      {isMany && <SearchField value={search} onChange={setSearch} label={t("findStep")} keys={null} />}
      {shown.map((id) => (
        <Checkbox key={id} checked={isSet(id)} disabled={byPlan.has(id)} onChange={(isAsked) => toggle(id, isAsked)}>
          <code className={styles.stepId}>{id}</code>
          {byPlan.has(id) && <span className={styles.byPlan}>{t("requiredByPlan")}</span>}
        </Checkbox>
      ))}
      {shown.length === 0 && <p className={styles.quiet}>{t("noMatches")}</p>}
      {matches.length > shown.length && (
        <p className={styles.quiet}>{t("moreMatches", { count: matches.length - shown.length })}</p>
      )}
      {error !== undefined && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
