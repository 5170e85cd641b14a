// One line of text.

import { CircleAlert } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

import { useFieldWiring } from "./fieldWiring";
import { Icon } from "./Icon";
import styles from "./input.module.css";

export interface TextFieldProps extends Omit<ComponentProps<"input">, "onChange" | "value" | "size"> {
  value: string;
  onChange: (value: string) => void;
  /** For ids, keys, addresses. */
  mono?: boolean | undefined;
  /** Names of steps stand out. */
  isStrong?: boolean | undefined;
  isInvalid?: boolean | undefined;
  /** Before and after the text, inside the frame. */
  start?: ReactNode;
  end?: ReactNode;
}

export function TextField({
  value,
  onChange,
  mono,
  isStrong,
  isInvalid,
  start,
  end,
  className,
  ...rest
}: TextFieldProps) {
  const wiring = useFieldWiring();
  const isWrong = isInvalid === true || wiring["aria-invalid"] === true;
  return (
    <span className={[styles.frame, className].filter(Boolean).join(" ")} data-invalid={isWrong || undefined}>
      {start}
      <input
        {...wiring}
        aria-invalid={isWrong || undefined}
        spellCheck={mono ? false : undefined}
        {...rest}
        className={[styles.input, mono && styles.mono, isStrong && styles.strong].filter(Boolean).join(" ")}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {end}
      {isWrong && (
        <span className={styles.alert}>
          <Icon icon={CircleAlert} />
        </span>
      )}
    </span>
  );
}
