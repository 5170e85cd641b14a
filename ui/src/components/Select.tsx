// One of many, in a list that opens. What cannot be chosen is listed with the reason.

import { Check, ChevronsUpDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { RefObject } from "react";

import { useFieldWiring } from "./fieldWiring";
import { Icon } from "./Icon";
import styles from "./Select.module.css";

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  /** Beside it: prices, a provider. */
  hint?: string | undefined;
  /** What of the hint stays beside it once it is chosen, where the whole would not fit. */
  chosenHint?: string | undefined;
  /** Why it cannot be chosen. */
  whyNot?: string | undefined;
}

export function Select<T extends string>({
  value,
  onChange,
  options,
  label,
  placeholder,
  mono,
  disabled,
  focusAfter,
}: {
  value: T | null;
  onChange: (value: T) => void;
  options: readonly SelectOption<T>[];
  /** Its name, outside of a `Field`. */
  label?: string | undefined;
  placeholder?: string | undefined;
  mono?: boolean | undefined;
  disabled?: boolean | undefined;
  /** Where the focus goes when the list has closed, if that is there; else back to the control. */
  focusAfter?: RefObject<HTMLElement | null> | undefined;
}) {
  const wiring = useFieldWiring();
  const shown = options.find((option) => option.value === value);
  const shownHint = shown?.chosenHint ?? shown?.hint;
  return (
    <Radix.Root
      value={value ?? ""}
      disabled={disabled ?? false}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      <Radix.Trigger {...wiring} aria-label={label} className={styles.trigger}>
        <span className={styles.value}>
          <Radix.Value placeholder={<span className={styles.placeholder}>{placeholder}</span>}>
            {shown && <span className={mono ? styles.mono : undefined}>{shown.label}</span>}
          </Radix.Value>
          {shownHint !== undefined && shownHint !== "" && <span className={styles.hint}>{shownHint}</span>}
        </span>
        <Icon icon={ChevronsUpDown} sizePx={14} />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={styles.list}
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (!focusAfter?.current) return;
            event.preventDefault();
            focusAfter.current.focus();
          }}
        >
          <Radix.Viewport className={styles.viewport}>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.whyNot !== undefined}
                className={styles.item}
              >
                <span className={styles.check}>
                  <Radix.ItemIndicator>
                    <Icon icon={Check} sizePx={14} />
                  </Radix.ItemIndicator>
                </span>
                <Radix.ItemText>
                  <span className={mono ? styles.mono : undefined}>{option.label}</span>
                </Radix.ItemText>
                <span className={styles.hint}>{option.whyNot ?? option.hint}</span>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
