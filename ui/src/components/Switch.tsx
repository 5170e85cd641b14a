// On or off, at once.

import { Switch as Radix } from "radix-ui";

import { useFieldWiring } from "./fieldWiring";
import styles from "./Switch.module.css";

export function Switch({
  checked,
  onChange,
  label,
  labelledBy,
  disabled,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Its name, where no label stands beside it. */
  label?: string | undefined;
  labelledBy?: string | undefined;
  disabled?: boolean | undefined;
}) {
  const { id, "aria-describedby": describedBy } = useFieldWiring();
  return (
    <Radix.Root
      className={styles.switch}
      id={id}
      aria-describedby={describedBy}
      checked={checked}
      onCheckedChange={onChange}
      aria-label={label}
      aria-labelledby={labelledBy}
      disabled={disabled ?? false}
    >
      <Radix.Thumb className={styles.thumb} />
    </Radix.Root>
  );
}
