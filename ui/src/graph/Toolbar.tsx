// The tools of the canvas at its foot. Every button calls what the action of the same name does.

import { SquarePlus, StickyNote } from "lucide-react";
import { useTranslation } from "react-i18next";

import { type ActionName, ACTIONS, keysOf } from "../actions";
import { Button } from "../components/Button";
import { IconButton } from "../components/IconButton";
import styles from "./Toolbar.module.css";

export type Tool = "select" | "pan";

export interface ToolbarProps {
  tool: Tool;
  onTool: (tool: Tool) => void;
  onStep: () => void;
  onNote: () => void;
  onArrange: () => void;
  isArranging: boolean;
  onFind: () => void;
}

export function Toolbar({ tool, onTool, onStep, onNote, onArrange, isArranging, onFind }: ToolbarProps) {
  const { t } = useTranslation("graph");
  return (
    <div className={styles.bar} role="toolbar" aria-label={t("toolbar")}>
      <ActionIcon name="canvas.select" isPressed={tool === "select"} onClick={() => onTool("select")} />
      <ActionIcon name="canvas.pan" isPressed={tool === "pan"} onClick={() => onTool("pan")} />
      <span className={styles.line} />
      <Button className={styles.word} variant="ghost" icon={SquarePlus} keys={keysOf("step.add")} onClick={onStep}>
        {t("step")}
      </Button>
      <Button className={styles.word} variant="ghost" icon={StickyNote} keys={keysOf("note.add")} onClick={onNote}>
        {t("note")}
      </Button>
      <span className={styles.line} />
      <ActionIcon name="canvas.layout" onClick={onArrange} isBusy={isArranging} />
      <ActionIcon name="edit.find" onClick={onFind} />
    </div>
  );
}

export function ActionIcon({
  name,
  isPressed,
  isBusy,
  onClick,
}: {
  name: ActionName;
  isPressed?: boolean;
  isBusy?: boolean;
  onClick: () => void;
}) {
  const { t } = useTranslation("actions");
  return (
    <IconButton
      name={t(name)}
      icon={ACTIONS[name].icon}
      keys={keysOf(name)}
      isPressed={isPressed}
      disabled={isBusy}
      aria-busy={isBusy || undefined}
      side="top"
      onClick={onClick}
    />
  );
}
