// The items of menus, said once for those that open from a button and those that open under the pointer.

import { Check, ChevronRight, type LucideIcon } from "lucide-react";
import type { ContextMenu, DropdownMenu } from "radix-ui";

import { Icon } from "./Icon";
import { ariaKeys, Kbd } from "./Kbd";
import styles from "./Menu.module.css";

export interface MenuAction {
  label: string;
  icon?: LucideIcon | undefined;
  keys?: string | null | undefined;
  onSelect: () => void;
  isDanger?: boolean | undefined;
  /** For what can be on. */
  isOn?: boolean | undefined;
  /** Why it cannot be done now; it is listed all the same. */
  whyNot?: string | null | undefined;
}

export interface Submenu {
  label: string;
  icon?: LucideIcon | undefined;
  items: readonly MenuItem[];
}

export type MenuItem = MenuAction | Submenu | "separator" | { heading: string };

type Parts = typeof DropdownMenu | typeof ContextMenu;

export function MenuItems({ parts, items }: { parts: Parts; items: readonly MenuItem[] }) {
  return items.map((item, index) => {
    if (item === "separator") return <parts.Separator key={index} className={styles.separator} />;
    if ("heading" in item) {
      return (
        <parts.Label key={item.heading} className={styles.heading}>
          {item.heading}
        </parts.Label>
      );
    }
    if ("items" in item) return <Sub key={item.label} parts={parts} submenu={item} />;
    return <Action key={item.label} parts={parts} action={item} />;
  });
}

function Sub({ parts, submenu }: { parts: Parts; submenu: Submenu }) {
  return (
    <parts.Sub>
      <parts.SubTrigger className={styles.item}>
        <span className={styles.icon}>{submenu.icon && <Icon icon={submenu.icon} />}</span>
        <span className={styles.label}>{submenu.label}</span>
        <Icon icon={ChevronRight} sizePx={14} />
      </parts.SubTrigger>
      <parts.Portal>
        <parts.SubContent className={styles.menu} sideOffset={4} collisionPadding={8}>
          <MenuItems parts={parts} items={submenu.items} />
        </parts.SubContent>
      </parts.Portal>
    </parts.Sub>
  );
}

function Action({ parts, action }: { parts: Parts; action: MenuAction }) {
  const { label, icon, keys, onSelect, isDanger, isOn, whyNot } = action;
  const sign = isOn === true ? Check : icon;
  const content = (
    <>
      <span className={styles.icon}>{sign && <Icon icon={sign} />}</span>
      <span className={styles.label}>{label}</span>
      {whyNot != null ? <span className={styles.why}>{whyNot}</span> : keys && <Kbd keys={keys} isSilent />}
    </>
  );
  const shared = {
    className: styles.item,
    disabled: whyNot != null,
    "data-danger": isDanger || undefined,
    "aria-keyshortcuts": ariaKeys(keys),
    onSelect,
  };
  if (isOn === undefined) return <parts.Item {...shared}>{content}</parts.Item>;
  return (
    <parts.CheckboxItem {...shared} checked={isOn}>
      {content}
    </parts.CheckboxItem>
  );
}
