// A step from a list that may be long: typing narrows it down, Enter takes the first. What cannot be taken says why.

import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";

import { SearchField } from "../../../components/SearchField";
import styles from "./inspector.module.css";

/** The list stays short enough to be read. */
const SHOWN = 50;

export function StepPicker({
  ids,
  whyNot,
  onTake,
}: {
  ids: readonly string[];
  whyNot?: ((id: string) => string | null) | undefined;
  onTake: (id: string) => void;
}) {
  const { t } = useTranslation("inspector");
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query.trim().toLowerCase());
  const found = ids.filter((id) => id.toLowerCase().includes(wanted));
  const reason = (id: string) => whyNot?.(id) ?? null;
  return (
    <form
      className={styles.candidates}
      onSubmit={(event) => {
        event.preventDefault();
        const first = found.find((id) => reason(id) === null);
        if (first !== undefined) onTake(first);
      }}
    >
      <SearchField value={query} onChange={setQuery} label={t("dependsOn.find")} keys={null} />
      <ul className={styles.candidateList}>
        {found.slice(0, SHOWN).map((id) => (
          <li key={id}>
            <button
              type="button"
              className={styles.candidate}
              disabled={reason(id) !== null}
              onClick={() => onTake(id)}
            >
              <code>{id}</code>
              {reason(id) !== null && <span className={styles.why}>{reason(id)}</span>}
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles.quiet}>{t("dependsOn.no")}</p>}
      {found.length > SHOWN && <p className={styles.quiet}>{t("dependsOn.more", { count: found.length - SHOWN })}</p>}
    </form>
  );
}
