// An icon that acts. It never stands without a name: the tooltip says it, and screen readers do.

import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";

import { Icon } from "./Icon";
import styles from "./IconButton.module.css";
import { ariaKeys } from "./Kbd";
import { Tooltip } from "./Tooltip";

export interface IconButtonProps extends Omit<ComponentProps<"button">, "name" | "title" | "children" | "disabled"> {
  name: string;
  icon: LucideIcon;
  keys?: string | null | undefined;
  variant?: "ghost" | "default" | undefined;
  /** 24 px in rows and chips, 28 px elsewhere. */
  size?: "small" | "usual" | undefined;
  /** For what can be on: whether it is. */
  isPressed?: boolean | undefined;
  disabled?: boolean | undefined;
  /** Why it cannot be pressed now. */
  whyNot?: string | null | undefined;
  side?: "top" | "right" | "bottom" | "left" | undefined;
}

export function IconButton({
  name,
  icon,
  keys,
  variant = "ghost",
  size = "usual",
  isPressed,
  disabled,
  whyNot,
  side,
  className,
  onClick,
  type = "button",
  ...rest
}: IconButtonProps) {
  const isOff = disabled === true || whyNot != null;
  return (
    <Tooltip text={whyNot ?? name} keys={whyNot == null ? keys : null} side={side}>
      <button
        {...rest}
        type={type}
        aria-label={name}
        aria-pressed={isPressed}
        aria-keyshortcuts={ariaKeys(keys)}
        aria-disabled={isOff || undefined}
        className={[styles.button, styles[variant], styles[size], className].filter(Boolean).join(" ")}
        onClick={isOff ? (event) => event.preventDefault() : onClick}
      >
        <Icon icon={icon} sizePx={size === "small" ? 14 : 16} />
      </button>
    </Tooltip>
  );
}
