// The lines and the foot of a node: of a step in an editor, of a task in an execution.

import { Braces, FlaskConical, type LucideIcon, RotateCcw, Timer, UserRound } from "lucide-react";

import { Icon } from "../components/Icon";
import { useCanvas, useNow, useTail } from "./CanvasContext";
import type { StepData } from "./flow";
import { type Said, saidOfStep, saidOfTask, written } from "./said";
import styles from "./StepNode.module.css";

export function SaidOfStep({ data }: { data: StepData }) {
  const { t } = useCanvas();
  const said = saidOfStep(data, t);
  return (
    <>
      <span className={styles.text}>{said.text}</span>
      <span className={styles.foot}>
        <span className={styles.left}>{said.left}</span>
        <Badges data={data} />
      </span>
    </>
  );
}

export function SaidOfTask({ data }: { data: StepData }) {
  const { t } = useCanvas();
  const status = data.view?.status ?? "pending";
  const isRunning = status === "running";
  const tail = useTail(data.step.id, isRunning && data.view?.phase !== "score");
  // Waiting counts in seconds too, as long as somebody can see it.
  const now = useNow(isRunning || status === "queued" || status === "awaiting_approval");
  const said = saidOfTask(data, { now, tail }, t);
  return (
    <>
      <span className={said.isTail ? styles.tail : styles.text}>{said.text}</span>
      <Foot said={said} data={data} />
      {isRunning && <Progress value={written(data, tail)} />}
    </>
  );
}

function Foot({ said, data }: { said: Said; data: StepData }) {
  const isSimulated = data.isSimulated && data.view?.status === "completed";
  return (
    <span className={styles.foot}>
      <span className={styles.left}>
        {isSimulated && <Icon icon={FlaskConical} sizePx={14} />}
        {said.left}
      </span>
      <span>{said.right}</span>
    </span>
  );
}

const STITCHES = 20;

/** The row on the lower edge: how much of what is expected is written. Where nothing is expected, one stitch travels. */
function Progress({ value }: { value: number | null }) {
  const filled = value === null ? 0 : Math.max(1, Math.round(value * STITCHES));
  return (
    <span className={value === null ? styles.travelling : styles.progress} aria-hidden>
      {Array.from({ length: STITCHES }, (_, index) => (
        <span key={index} className={index < filled ? styles.filled : styles.stitch} />
      ))}
    </span>
  );
}

function Badges({ data: { step, asks } }: { data: StepData }) {
  const { t } = useCanvas();
  return (
    <span className={styles.badges}>
      {step.retry && <Badge icon={RotateCcw} name={t("badge.retry")} />}
      {step.outputSchema && <Badge icon={Braces} name={t("badge.schema")} />}
      {step.timeoutMs != null && <Badge icon={Timer} name={t("badge.timeout")} />}
      {asks && <Badge icon={UserRound} name={t("badge.asks")} />}
    </span>
  );
}

function Badge({ icon, name }: { icon: LucideIcon; name: string }) {
  // A tooltip of the house for each of four badges on each of 500 nodes would cost more than the nodes.
  return (
    <span title={name}>
      <Icon icon={icon} sizePx={14} />
    </span>
  );
}
