// One of a few, all in sight: the views of a screen, the ways to read a text.

import type { LucideIcon } from "lucide-react";
import { ToggleGroup } from "radix-ui";

import { Icon } from "./Icon";
import styles from "./Segmented.module.css";

export interface SegmentedOption<T extends string> {
  value: T;
  label: string;
  icon?: LucideIcon | undefined;
  disabled?: boolean | undefined;
}

export function Segmented<T extends string>({
  value,
  onChange,
  options,
  label,
}: {
  value: T;
  onChange: (value: T) => void;
  options: readonly SegmentedOption<T>[];
  /** What is chosen here, for screen readers. */
  label: string;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      className={styles.group}
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        // Pressing the chosen one again gives an empty text: something is always chosen.
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled ?? false}
          className={styles.item}
        >
          {option.icon && <Icon icon={option.icon} sizePx={14} />}
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
