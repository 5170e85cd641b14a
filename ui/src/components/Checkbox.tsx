// Chosen or not; `indeterminate` where some of what it stands for is.

import { Check, Minus } from "lucide-react";
import { Checkbox as Radix } from "radix-ui";
import { type ReactNode, useId } from "react";

import styles from "./Checkbox.module.css";
import { Icon } from "./Icon";

export function Checkbox({
  checked,
  onChange,
  label,
  children,
  disabled,
}: {
  checked: boolean | "indeterminate";
  onChange: (checked: boolean) => void;
  /** Its name, where no words stand beside it. */
  label?: string | undefined;
  /** The words beside it. */
  children?: ReactNode;
  disabled?: boolean | undefined;
}) {
  const id = useId();
  const box = (
    <Radix.Root
      className={styles.box}
      id={id}
      checked={checked}
      onCheckedChange={(next) => onChange(next === true)}
      aria-label={label}
      disabled={disabled ?? false}
    >
      <Radix.Indicator className={styles.sign}>
        <Icon icon={checked === "indeterminate" ? Minus : Check} sizePx={12} />
      </Radix.Indicator>
    </Radix.Root>
  );
  if (children === undefined) return box;
  return (
    <span className={styles.row}>
      {box}
      <label htmlFor={id}>{children}</label>
    </span>
  );
}
