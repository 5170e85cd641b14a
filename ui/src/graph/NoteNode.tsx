// A note on the canvas: text beside the plan, without effect on it. Double click or Enter writes in it.

import { type NodeProps, NodeResizeControl, ResizeControlVariant } from "@xyflow/react";
import { memo, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useCanvas } from "./CanvasContext";
import type { NoteFlowNode } from "./flow";
import { GRID } from "./measures";
import styles from "./NoteNode.module.css";

/** Asks a note to be written in; bubbles from nowhere, so it is sent to the note's own element. */
export const WRITE_NOTE = "planloom:write-note";

export const NoteNode = memo(function NoteNode({ id, data, selected, dragging }: NodeProps<NoteFlowNode>) {
  const { t } = useTranslation("graph");
  const { level, changeNote } = useCanvas();
  const [isWriting, setWriting] = useState(false);
  const { note, isEditable } = data;
  const root = useWriteRequests(isEditable, () => setWriting(true));
  const finish = (text: string) => {
    setWriting(false);
    if (text !== note.text) changeNote(id, { text });
  };
  const classes = [styles.note, selected && styles.selected, dragging && styles.dragged, level === "far" && styles.far];
  return (
    <>
      {isWriting ? (
        <NoteText text={note.text} onFinish={finish} />
      ) : (
        <div
          ref={root}
          role={isEditable ? "button" : "note"}
          tabIndex={isEditable ? -1 : undefined}
          data-note={id}
          aria-label={`${t("noteName")}: ${note.text || t("noteEmpty")}`}
          className={classes.filter(Boolean).join(" ")}
          onDoubleClick={() => isEditable && setWriting(true)}
        >
          {level !== "far" && <span className={styles.text}>{note.text}</span>}
        </div>
      )}
      {isEditable && selected && !isWriting && level === "near" && (
        <NodeResizeControl
          className={styles.resize ?? ""}
          variant={ResizeControlVariant.Handle}
          position="bottom-right"
          minWidth={96}
          minHeight={48}
          onResizeEnd={(_, { width, height }) =>
            changeNote(id, { width: Math.round(width / GRID) * GRID, height: Math.round(height / GRID) * GRID })
          }
        >
          <span className={styles.corner} title={t("noteResize")} />
        </NodeResizeControl>
      )}
    </>
  );
});

function useWriteRequests(isEditable: boolean, write: () => void) {
  const root = useRef<HTMLDivElement>(null);
  const latest = useRef(write);
  useEffect(() => {
    latest.current = write;
  });
  useEffect(() => {
    const element = root.current;
    if (!element || !isEditable) return;
    const onRequest = () => latest.current();
    element.addEventListener(WRITE_NOTE, onRequest);
    return () => element.removeEventListener(WRITE_NOTE, onRequest);
  });
  return root;
}

function NoteText({ text, onFinish }: { text: string; onFinish: (text: string) => void }) {
  const { t } = useTranslation("graph");
  return (
    <textarea
      className={["nodrag", "nopan", "nowheel", styles.writing].join(" ")}
      aria-label={t("noteText")}
      defaultValue={text}
      maxLength={10_000}
      autoFocus
      onFocus={(event) => event.target.setSelectionRange(text.length, text.length)}
      onBlur={(event) => onFinish(event.target.value)}
      onKeyDown={(event) => {
        const isDone = event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
        if (!isDone || event.nativeEvent.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        onFinish(event.currentTarget.value);
      }}
    />
  );
}
