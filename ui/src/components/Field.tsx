// A control with its label, its hint and what is wrong with it.

import { CircleAlert } from "lucide-react";
import { type ReactNode, useId, useMemo } from "react";

import styles from "./Field.module.css";
import { FieldContext } from "./fieldWiring";
import { Icon } from "./Icon";

export function Field({
  label,
  note,
  hint,
  error,
  isRequired = false,
  isMono = false,
  end,
  children,
}: {
  label: string;
  /** Right after the label: "text, required". */
  note?: string | undefined;
  /** Below the control. */
  hint?: ReactNode;
  error?: string | null | undefined;
  isRequired?: boolean | undefined;
  /** The label is an id or a key that somebody chose. */
  isMono?: boolean | undefined;
  /** Right of the label, at the edge: "~3,020 tokens in". */
  end?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  const hasHint = hint != null && hint !== "";
  const hasError = error != null && error !== "";
  const wiring = useMemo(() => {
    const describedBy = [hasError ? `${id}-error` : "", hasHint ? `${id}-hint` : ""].filter(Boolean).join(" ");
    return { controlId: id, describedBy: describedBy || undefined, isInvalid: hasError, isRequired };
  }, [id, hasError, hasHint, isRequired]);
  return (
    <div className={styles.field}>
      <div className={styles.head}>
        <label className={isMono ? styles.mono : styles.label} htmlFor={id}>
          {label}
          {note !== undefined && <span className={styles.note}>{note}</span>}
        </label>
        {end !== undefined && <span className={styles.end}>{end}</span>}
      </div>
      <FieldContext.Provider value={wiring}>{children}</FieldContext.Provider>
      {hasError && (
        <p id={`${id}-error`} className={styles.error} role="alert">
          <Icon icon={CircleAlert} sizePx={14} />
          <span>{error}</span>
        </p>
      )}
      {hasHint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
