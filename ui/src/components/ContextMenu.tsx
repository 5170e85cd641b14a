// A menu that opens under the pointer, or by the keyboard's menu key.

import { ContextMenu as Radix } from "radix-ui";
import type { ReactElement } from "react";

import styles from "./Menu.module.css";
import { type MenuItem, MenuItems } from "./menuItems";

export function ContextMenu({
  items,
  children,
  onOpenChange,
}: {
  items: readonly MenuItem[];
  /** What it belongs to; one element. */
  children: ReactElement;
  onOpenChange?: ((isOpen: boolean) => void) | undefined;
}) {
  return (
    <Radix.Root {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.menu} collisionPadding={8} loop>
          <MenuItems parts={Radix} items={items} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
