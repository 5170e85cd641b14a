// Several lines of text.

import type { ComponentProps } from "react";

import { useFieldWiring } from "./fieldWiring";
import styles from "./input.module.css";

export interface TextAreaProps extends Omit<ComponentProps<"textarea">, "onChange" | "value"> {
  value: string;
  onChange: (value: string) => void;
  mono?: boolean | undefined;
  /** As tall as its text, up to a bound. */
  isGrowing?: boolean | undefined;
}

export function TextArea({ value, onChange, mono, isGrowing, className, rows = 3, ...rest }: TextAreaProps) {
  const wiring = useFieldWiring();
  return (
    <textarea
      {...wiring}
      spellCheck={mono ? false : undefined}
      {...rest}
      rows={rows}
      className={[styles.area, mono && styles.mono, isGrowing && styles.growing, className].filter(Boolean).join(" ")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
