// A button with a verb. What cannot be done now keeps its place and says why; what takes time says what it does.

import type { LucideIcon } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

import styles from "./Button.module.css";
import { Icon } from "./Icon";
import { ariaKeys, Kbd } from "./Kbd";
import { Spinner } from "./Spinner";
import { Tooltip } from "./Tooltip";

export type ButtonVariant = "primary" | "default" | "ghost" | "danger" | "reject";
/** 24, 28, 32 and 36 px: in rows, usual, at the foot of a dialog, the one decision. */
export type ButtonSize = "small" | "usual" | "dialog" | "decision";

export interface ButtonProps extends Omit<ComponentProps<"button">, "disabled" | "title"> {
  variant?: ButtonVariant | undefined;
  size?: ButtonSize | undefined;
  icon?: LucideIcon | undefined;
  /** The key that does the same, shown on the button. */
  keys?: string | null | undefined;
  /** What it is doing; while it does, it cannot be pressed again. */
  busy?: string | undefined;
  disabled?: boolean | undefined;
  /** Why it cannot be pressed now; it stays reachable, so that the reason can be read. */
  whyNot?: string | null | undefined;
  /** What the tooltip says where the word alone is not enough. */
  hint?: string | undefined;
  /** Below 960 px only the icon stays; the word is then its tooltip. */
  wordGoes?: boolean | undefined;
  children: ReactNode;
}

export function Button({
  variant = "default",
  size = "usual",
  icon,
  keys,
  busy,
  disabled,
  whyNot,
  hint,
  wordGoes,
  children,
  className,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const isOff = whyNot != null || busy !== undefined;
  const tooltip = whyNot ?? hint ?? (wordGoes ? children : undefined);
  const button = (
    <button
      {...rest}
      type={isOff && type === "submit" ? "button" : type}
      disabled={disabled}
      aria-disabled={isOff || undefined}
      aria-keyshortcuts={ariaKeys(keys)}
      aria-busy={busy !== undefined || undefined}
      data-word-goes={wordGoes || undefined}
      className={[styles.button, styles[variant], styles[size], className].filter(Boolean).join(" ")}
      onClick={isOff ? (event) => event.preventDefault() : onClick}
    >
      {busy !== undefined ? (
        <span className={styles.spinner}>
          <Spinner sizePx={size === "small" ? 14 : 16} />
        </span>
      ) : (
        icon && <Icon icon={icon} sizePx={size === "small" ? 14 : 16} />
      )}
      <span className={styles.word}>{busy ?? children}</span>
      {keys && busy === undefined && <Kbd keys={keys} isSilent />}
    </button>
  );
  return tooltip === undefined ? button : <Tooltip text={tooltip}>{button}</Tooltip>;
}
