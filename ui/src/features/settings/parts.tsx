// Small parts that every section of the settings is made of.

import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../components/Field";
import { Icon } from "../../components/Icon";
import { NumberField } from "../../components/NumberField";
import { TextField } from "../../components/TextField";
import styles from "./parts.module.css";
import { useSavedOnLeave } from "./useSavedOnLeave";

/** A text about what follows. */
export function Intro({ children }: { children: ReactNode }) {
  return <p className={styles.intro}>{children}</p>;
}

/** A group with a heading of its own. */
export function Group({
  title,
  text,
  children,
}: {
  title?: string | undefined;
  text?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.group}>
      {title !== undefined && <h3 className={styles.heading}>{title}</h3>}
      {text !== undefined && <p className={styles.intro}>{text}</p>}
      {children}
    </section>
  );
}

/** A field that takes no more room than its number needs. */
export function Narrow({ children }: { children: ReactNode }) {
  return <div className={styles.narrow}>{children}</div>;
}

/** Fields beside each other. */
export function Pair({ children }: { children: ReactNode }) {
  return <div className={styles.pair}>{children}</div>;
}

/** The quiet word that a change is on disk. */
export function Saved({ state }: { state: "unchanged" | "saving" | "saved" }) {
  const { t } = useTranslation("settings");
  return (
    <span className={styles.saved} role="status">
      {state === "saving" && t("saving")}
      {state === "saved" && (
        <>
          <Icon icon={Check} sizePx={14} />
          {t("saved")}
        </>
      )}
    </span>
  );
}

interface SavedProps<T> {
  label: string;
  hint?: ReactNode;
  value: T;
  save: (value: T) => Promise<void>;
  placeholder?: string | undefined;
  end?: ReactNode;
}

/** One line of text, saved when it is left. */
export function SavedText({ label, hint, value, save, placeholder, end }: SavedProps<string>) {
  const { written, setWritten, error, leave } = useSavedOnLeave(value, save);
  return (
    <Field label={label} hint={hint} error={error} end={end}>
      <TextField
        value={written}
        onChange={setWritten}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === "Enter") void leave();
        }}
        placeholder={placeholder}
        mono
      />
    </Field>
  );
}

/** A number, saved when it is left; empty takes the setting away. */
export function SavedNumber({
  label,
  hint,
  value,
  save,
  placeholder,
  min = 0,
  max,
  unit,
}: SavedProps<number | null> & { min?: number; max?: number; unit?: string }) {
  const { written, setWritten, error, leave } = useSavedOnLeave(value, save);
  return (
    <Field label={label} hint={hint} error={error}>
      <NumberField
        value={written}
        onChange={setWritten}
        onLeave={() => void leave()}
        min={min}
        max={max}
        unit={unit}
        placeholder={placeholder}
      />
    </Field>
  );
}
