// A search with the key that leads to it. Escape empties it first, and then leaves it.

import { Search, X } from "lucide-react";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "./Icon";
import { IconButton } from "./IconButton";
import { ariaKeys, Kbd } from "./Kbd";
import styles from "./SearchField.module.css";
import { TextField } from "./TextField";

export function SearchField({
  value,
  onChange,
  label,
  keys = "/",
  ref,
}: {
  value: string;
  onChange: (value: string) => void;
  /** What is searched: "Search names, prompts, tags". */
  label: string;
  keys?: string | null | undefined;
  ref?: Ref<HTMLInputElement> | undefined;
}) {
  const { t } = useTranslation("common");
  return (
    <TextField
      ref={ref}
      type="search"
      className={styles.search}
      value={value}
      onChange={onChange}
      placeholder={label}
      aria-label={label}
      aria-keyshortcuts={ariaKeys(keys)}
      autoComplete="off"
      spellCheck={false}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        if (value === "") event.currentTarget.blur();
        else onChange("");
      }}
      start={<Icon icon={Search} />}
      end={
        value === "" ? (
          keys !== null && <Kbd keys={keys} isSilent />
        ) : (
          <IconButton name={t("clear")} icon={X} size="small" className={styles.clear} onClick={() => onChange("")} />
        )
      }
    />
  );
}
