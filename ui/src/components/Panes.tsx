// Panes beside or above each other, with an edge to drag between them. Their sizes are remembered.

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";

import styles from "./Panes.module.css";

export function Panes({
  name,
  direction = "horizontal",
  paneIds,
  children,
}: {
  /** Under which the sizes are kept. */
  name: string;
  direction?: "horizontal" | "vertical" | undefined;
  /** The panes that are there now, where some come and go. */
  paneIds?: string[] | undefined;
  /** `Pane`s with a `ResizeEdge` between them. */
  children: ReactNode;
}) {
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({ id: `planloom.panes.${name}`, panelIds: paneIds });
  return (
    <Group
      orientation={direction}
      defaultLayout={defaultLayout}
      onLayoutChanged={onLayoutChanged}
      className={styles.group}
    >
      {children}
    </Group>
  );
}

/** Sizes are px as numbers, or texts with a unit: `"30%"`. */
export function Pane({
  id,
  size,
  minSize,
  maxSize,
  children,
}: {
  id: string;
  size?: number | string | undefined;
  minSize?: number | string | undefined;
  maxSize?: number | string | undefined;
  children: ReactNode;
}) {
  return (
    <Panel id={id} defaultSize={size} minSize={minSize} maxSize={maxSize} className={styles.pane}>
      {children}
    </Panel>
  );
}

export function ResizeEdge({ label }: { label?: string | undefined }) {
  const { t } = useTranslation("common");
  return <Separator className={styles.edge} aria-label={label ?? t("resize")} />;
}
