// The bead of a condition: it hangs on the thread before the step, and its words stand under the node.

import { Split } from "lucide-react";

import { Icon } from "../components/Icon";
import styles from "./Bead.module.css";
import { useCanvas } from "./CanvasContext";
import type { StepData } from "./flow";
import { conditionSaid } from "./said";
import thread from "./Thread.module.css";

export function Bead({ condition, data: { beadAt, beadLook } }: { condition: string; data: StepData }) {
  const { level, t } = useCanvas();
  const isSkipped = beadLook === "skipped";
  return (
    <>
      <svg className={styles.stub} aria-hidden>
        <path className={[thread.thread, thread[beadLook]].join(" ")} d={`M${-beadAt} 0H0`} />
      </svg>
      <span
        className={["target", styles.bead, isSkipped ? styles.skipped : ""].join(" ")}
        data-handlepos="left"
        style={{ left: -beadAt }}
      >
        <Icon icon={Split} sizePx={12} />
      </span>
      {level === "near" && (
        <span className={styles.words} aria-hidden>
          {conditionSaid(condition, t)}
        </span>
      )}
    </>
  );
}
