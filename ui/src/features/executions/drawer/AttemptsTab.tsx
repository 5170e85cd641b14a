// Every call of a step: which model, how long, what it cost, how it ended.

import { useTranslation } from "react-i18next";

import type { Attempt } from "../../../api/types";
import { duration, money, number, timeOfDayExactly } from "../../../components/format";
import { StatusIcon } from "../../../components/StatusIcon";
import type { TaskStatus } from "../../../api/types";
import { modelParts } from "../words";
import styles from "./Drawer.module.css";
import { FailureCard } from "./FailureCard";

/** More of an answer is in the Output tab, or not worth the room. */
const SHOWN_UP_TO = 20_000;

export function AttemptsTab({ attempts }: { attempts: readonly Attempt[] }) {
  const { t } = useTranslation("executions");
  if (attempts.length === 0) return <p className={styles.nothing}>{t("attempts.none")}</p>;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls can be reached by keyboard
    <ol className={styles.attempts} data-scrolls tabIndex={0} aria-label={t("drawer.tabs.attempts")}>
      {attempts.map((attempt, index) => (
        <li key={`${attempt.startedAt} ${index}`} className={styles.attempt}>
          <Call attempt={attempt} />
        </li>
      ))}
    </ol>
  );
}

function Call({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation("executions");
  const { model, usage, output } = attempt;
  const isRunning = attempt.durationMs === undefined && !attempt.error && attempt.interrupted !== true;
  const status: TaskStatus =
    attempt.error || attempt.interrupted === true ? "failed" : isRunning ? "running" : "completed";
  return (
    <>
      <header className={styles.callHead}>
        <StatusIcon status={status} />
        <h3>{t(`attempts.${attempt.kind}`, { n: attempt.n })}</h3>
        <span className={styles.callCost}>{attempt.cost === undefined ? "" : money(attempt.cost)}</span>
      </header>
      <p className={styles.quiet}>
        {[
          model === undefined ? null : modelParts(model).model,
          timeOfDayExactly(attempt.startedAt),
          isRunning ? t("attempts.running") : attempt.durationMs === undefined ? null : duration(attempt.durationMs),
          usage && t("attempts.tokens", { in: number(usage.input), out: number(usage.output) }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {attempt.error && <FailureCard failure={attempt.error} />}
      {attempt.interrupted === true && <p className={styles.said}>{t("attempts.interrupted")}</p>}
      {output !== undefined && output !== "" && (
        <details className={styles.answer}>
          <summary>{t("attempts.text")}</summary>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls can be reached by keyboard */}
          <pre tabIndex={0}>{output.slice(0, SHOWN_UP_TO)}</pre>
        </details>
      )}
    </>
  );
}
