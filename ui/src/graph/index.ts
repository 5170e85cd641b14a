// The canvas and what goes with it; React Flow stays behind this door.

export type {
  CanvasEdits,
  CanvasHandle,
  CanvasView,
  NoteChange,
  PlanCanvasProps,
  Positions,
  StreamingTexts,
} from "./canvasProps";
export { conditionWords } from "./condition";
export { arranged } from "./elk";
export type { CanvasStep, Expected, StepProblem } from "./flow";
export { gridded, NOTE_HEIGHT, NOTE_WIDTH } from "./measures";
export { placeNew, placesOf } from "./places";
export { PlanCanvas } from "./PlanCanvas";
export { impossible, levels, reaches, refusal, type Refusal, walk } from "./threads";
