// A menu that opens from a button.

import { DropdownMenu } from "radix-ui";
import type { ReactElement } from "react";

import styles from "./Menu.module.css";
import { type MenuItem, MenuItems } from "./menuItems";

export type { MenuAction, MenuItem } from "./menuItems";

export function Menu({
  trigger,
  items,
  align = "end",
  side = "bottom",
}: {
  /** The button: an `IconButton` or a `Button`. */
  trigger: ReactElement;
  items: readonly MenuItem[];
  align?: "start" | "center" | "end" | undefined;
  side?: "top" | "right" | "bottom" | "left" | undefined;
}) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={styles.menu}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          loop
        >
          <MenuItems parts={DropdownMenu} items={items} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
