// A plan that is still being read: nodes of the true size, without words. It appears only when it takes time.

import { boxOf } from "./measures";
import styles from "./PlanCanvas.module.css";
import { byLevels } from "./places";
import { StepSkeleton } from "./StepNode";

const EXAMPLE = byLevels([
  { id: "a" },
  { id: "b", dependsOn: ["a"] },
  { id: "c", dependsOn: ["a"] },
  { id: "d", dependsOn: ["b", "c"] },
]);

export function Loading() {
  return (
    <div className={styles.loading} aria-hidden>
      {[...EXAMPLE].map(([id, place]) => {
        const { x, y, width, height } = boxOf(place);
        return (
          <div key={id} className={styles.skeleton} style={{ left: x, top: y, width, height }}>
            <StepSkeleton />
          </div>
        );
      })}
    </div>
  );
}
