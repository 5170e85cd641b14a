// What floats over the canvas at its foot: in an editor zoom, tools and map, in an execution the zoom alone.

import { addNote, addStep } from "./CanvasActions";
import { CanvasMap } from "./CanvasMap";
import type { CanvasEdits, CanvasHandle, PlanCanvasProps } from "./canvasProps";
import { type Tool, Toolbar } from "./Toolbar";
import styles from "./Toolbar.module.css";
import type { Camera } from "./useCamera";
import type { Places } from "./useGlide";
import { ZoomControl } from "./ZoomControl";

interface CanvasFootProps extends Pick<PlanCanvasProps, "steps" | "selection" | "views"> {
  places: Places;
  camera: Camera;
  handle: CanvasHandle;
  edits: CanvasEdits | undefined;
  tool: Tool;
  onTool: (tool: Tool) => void;
  isArranging: boolean;
}

/** A plan that fits has no need of a map while it is watched. */
const LEAST_FOR_MAP = 24;

export function CanvasFoot({ steps, selection, views, places, camera, handle, edits, ...rest }: CanvasFootProps) {
  const zoom = <ZoomControl camera={camera} hasPercent={edits !== undefined} onFit={handle.fit} />;
  const map = (
    <div className={styles.map}>
      <CanvasMap steps={steps} selection={selection} views={views} places={places} camera={camera} />
    </div>
  );
  if (!edits) {
    return (
      <div className={styles.foot}>
        <span />
        <span />
        <div className={styles.corner}>
          {steps.length >= LEAST_FOR_MAP && map}
          {zoom}
        </div>
      </div>
    );
  }
  return (
    <div className={styles.foot}>
      {zoom}
      <Toolbar
        tool={rest.tool}
        onTool={rest.onTool}
        isArranging={rest.isArranging}
        onStep={() => addStep(handle, edits)}
        onNote={() => addNote(handle, edits)}
        onArrange={handle.arrange}
        onFind={edits.onFind}
      />
      {map}
    </div>
  );
}
