// The actions that the canvas offers while it is there: its keys, its place in menus and in the palette.

import { useAction } from "../actions";
import type { CanvasEdits, CanvasHandle } from "./canvasProps";
import type { Tool } from "./Toolbar";

interface CanvasActionsProps {
  handle: CanvasHandle;
  edits: CanvasEdits | undefined;
  onTool: (tool: Tool) => void;
}

export function CanvasActions({ handle, edits, onTool }: CanvasActionsProps) {
  useAction("canvas.fit", handle.fit);
  useAction("canvas.fitSelection", handle.fitSelection);
  return edits ? <EditActions handle={handle} edits={edits} onTool={onTool} /> : null;
}

function EditActions({ handle, edits, onTool }: CanvasActionsProps & { edits: CanvasEdits }) {
  useAction("canvas.select", () => onTool("select"));
  useAction("canvas.pan", () => onTool("pan"));
  useAction("canvas.layout", handle.arrange);
  useAction("step.add", () => addStep(handle, edits));
  useAction("note.add", () => addNote(handle, edits));
  useAction("edit.find", edits.onFind);
  return null;
}

export function addStep(handle: CanvasHandle, edits: CanvasEdits): void {
  const { x, y } = handle.freePlace();
  edits.onAddAt(x, y);
}

export function addNote(handle: CanvasHandle, edits: CanvasEdits): void {
  const { x, y } = handle.freePlace();
  edits.onAddNote(x, y);
}
