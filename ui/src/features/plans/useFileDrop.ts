// Files that are dragged over the page, and texts or files that are pasted into it.

import { type DragEvent, useEffect, useRef, useState } from "react";

import { isTyping } from "../../actions";

export interface FileDrop {
  /** Files are above the page now. */
  isOver: boolean;
  handlers: {
    onDragEnter: (event: DragEvent) => void;
    onDragOver: (event: DragEvent) => void;
    onDragLeave: (event: DragEvent) => void;
    onDrop: (event: DragEvent) => void;
  };
}

export function useFileDrop(take: (files: readonly File[]) => void): FileDrop {
  const [isOver, setOver] = useState(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  return {
    isOver,
    handlers: {
      onDragEnter: (event) => {
        if (hasFiles(event)) setOver(true);
      },
      onDragOver: (event) => {
        if (!hasFiles(event)) return;
        // Without this the browser would open the file in place of the page.
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      },
      onDragLeave: ({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) setOver(false);
      },
      onDrop: (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(false);
        take([...event.dataTransfer.files]);
      },
    },
  };
}

/** What is pasted anywhere on the page, but for fields and dialogs. */
export function usePaste(takeFiles: (files: readonly File[]) => void, takeText: (text: string) => void): void {
  const latest = useRef({ takeFiles, takeText });
  useEffect(() => {
    latest.current = { takeFiles, takeText };
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || document.querySelector("[role=dialog]")) return;
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (files.length > 0) latest.current.takeFiles(files);
      else if (text !== "") latest.current.takeText(text);
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, []);
}
