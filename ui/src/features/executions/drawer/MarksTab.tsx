// How an answer was scored: four marks with their weights, and the evaluator's sentence.

import { useTranslation } from "react-i18next";

import type { StepDetail } from "../../../api/types";
import { percent, score } from "../../../components/format";
import { Stitches } from "../../../components/Stitches";
import { modelParts } from "../words";
import styles from "./Drawer.module.css";

type Marks = NonNullable<StepDetail["marks"]>;

const WEIGHTS = { factualConsistency: 0.3, promptAdherence: 0.25, completeness: 0.25, formatting: 0.2 } as const;
const NAMES = ["factualConsistency", "promptAdherence", "completeness", "formatting"] as const;
/** Below it a mark is weak. */
const WEAK = 0.7;

export function MarksTab({ marks, threshold, detail }: { marks: Marks; threshold: number | null; detail: StepDetail }) {
  const { t } = useTranslation("executions");
  const scored = detail.attempts.findLast((attempt) => attempt.kind === "score");
  return (
    <div className={styles.usage} data-scrolls>
      <div className={styles.confidence}>
        <span className={styles.figure}>{score(marks.confidence)}</span>
        <span className={styles.quiet}>
          {threshold === null ? t("marks.confidence") : t("marks.threshold", { value: score(threshold) })}
        </span>
      </div>
      <dl className={styles.marks}>
        {NAMES.map((name) => (
          <div key={name} className={styles.mark}>
            <dt>
              {t(`marks.${name}`)}{" "}
              <span className={styles.quiet}>{t("marks.weight", { percent: percent(WEIGHTS[name]) })}</span>
            </dt>
            <dd className={marks[name] < WEAK ? styles.weak : undefined}>{score(marks[name])}</dd>
            <dd className={styles.stitches}>
              <Stitches value={marks[name]} label={t(`marks.${name}`)} tone={marks[name] < WEAK ? "awaiting" : "ink"} />
            </dd>
          </div>
        ))}
      </dl>
      <blockquote className={styles.quote}>“{marks.summary}”</blockquote>
      <p className={styles.quiet}>
        {scored?.model === undefined
          ? t("marks.noModel", { version: marks.promptVersion })
          : t("marks.by", { model: modelParts(scored.model).model, version: marks.promptVersion })}
      </p>
    </div>
  );
}
