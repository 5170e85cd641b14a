// What a run would do: level by level, each step's prompt with the inputs filled in, its tokens and cost.

import { CircleHelp, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { isApiError } from "../../../api/problem";
import type { DryRun } from "../../../api/types";
import { Button } from "../../../components/Button";
import { Chip } from "../../../components/Chip";
import { Dialog } from "../../../components/Dialog";
import { ErrorState } from "../../../components/ErrorState";
import { bytes, moneyRange, number, tokens } from "../../../components/format";
import { Icon } from "../../../components/Icon";
import { Row } from "../../../components/Row";
import { Sentence } from "../../../components/Sentence";
import { SkeletonRows } from "../../../components/Skeleton";
import { Banner } from "../../../components/Banner";
import styles from "./DryRunDialog.module.css";
import { bytesOf } from "./files";
import type { PlanToRun } from "./usePlanToRun";
import type { Run } from "./useRun";
import { reviewsInWords } from "./words";

type DryStep = DryRun["steps"][string];

export function DryRunDialog({ plan, run, close }: { plan: PlanToRun; run: Run; close: () => void }) {
  const { t } = useTranslation("run");
  const { answer, error, isStale } = run.estimate;
  return (
    <Dialog isOpen onOpenChange={close} size="wide" title={t("dry.title", { plan: plan.name })} text={t("dry.text")}>
      {error ? (
        <ErrorState
          isInline
          title={t("dry.failed")}
          text={<Sentence text={error.message} />}
          code={isApiError(error) ? error.code : null}
        />
      ) : answer === null || isStale ? (
        <SkeletonRows rows={Math.min(8, plan.stepIds.size)} heightRem={2.25} label={t("dry.checking")} />
      ) : (
        <Answer answer={answer} isSimulated={run.simulate} />
      )}
    </Dialog>
  );
}

/** A plan of thousands of steps is shown in parts. */
const PART = 100;

function Answer({ answer, isSimulated }: { answer: DryRun; isSimulated: boolean }) {
  const { t } = useTranslation("run");
  const [most, setMost] = useState(PART);
  const total = Object.keys(answer.steps).length;
  const facts = [
    [t("dry.steps"), number(total)],
    [t("dry.levels"), number(answer.levels.length)],
    [t("dry.cost"), isSimulated ? t("costsNothing") : moneyRange(answer.costMin, answer.costMax)],
    [t("dry.reviews"), reviewsInWords(answer)],
  ] as const;
  const levels = firstOf(answer.levels, most);
  return (
    <div className={styles.answer}>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {answer.warnings.length > 0 && (
        <Banner kind="warning">
          {answer.warnings.map((warning) => (
            <p key={warning}>
              <Sentence text={warning} />
            </p>
          ))}
        </Banner>
      )}
      {levels.map((ids, level) => (
        // Levels never change their order.
        <section key={level} className={styles.level} aria-label={t("dry.level", { level: level + 1 })}>
          <h3 className={styles.levelName}>{t("dry.level", { level: level + 1 })}</h3>
          <div className={styles.steps}>
            {ids.map((id) => {
              const step = answer.steps[id];
              return step && <StepRow key={id} id={id} step={step} answer={answer} isSimulated={isSimulated} />;
            })}
          </div>
        </section>
      ))}
      {total > most && (
        <div>
          <Button onClick={() => setMost(most + PART)}>
            {t("dry.showMore", { count: Math.min(PART, total - most) })}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The levels with no more than so many steps in all. */
function firstOf(levels: readonly (readonly string[])[], most: number): string[][] {
  const shown: string[][] = [];
  let left = most;
  for (const level of levels) {
    if (left <= 0) break;
    shown.push(level.slice(0, left));
    left -= level.length;
  }
  return shown;
}

function StepRow({
  id,
  step,
  answer,
  isSimulated,
}: {
  id: string;
  step: DryStep;
  answer: DryRun;
  isSimulated: boolean;
}) {
  const { t } = useTranslation("run");
  const cost = isSimulated ? "$0" : moneyRange(step.costMin, step.costMax);
  const value = (
    <span className={styles.value}>
      <Asks id={id} answer={answer} />
      {t("dry.stepValue", { model: step.model, tokens: tokens(step.tokens), cost })}
    </span>
  );
  return (
    <Row label={<code className={styles.stepId}>{id}</code>} value={value}>
      <Prompt id={id} text={step.prompt} />
      {step.unresolved.length > 0 && (
        <div className={styles.unresolved}>
          <span className={styles.quiet}>{t("dry.unresolved")}</span>
          {step.unresolved.map((reference) => (
            <Chip key={reference} isMono>
              {reference}
            </Chip>
          ))}
        </div>
      )}
    </Row>
  );
}

function Asks({ id, answer }: { id: string; answer: DryRun }) {
  const { t } = useTranslation("run");
  if (!answer.reviews.includes(id)) return null;
  const isMaybe = answer.reviewsMaybe.includes(id);
  return (
    <span className={isMaybe ? styles.mayAsk : styles.asks}>
      <Icon icon={isMaybe ? CircleHelp : UserRound} sizePx={14} />
      {isMaybe ? t("dry.mayAsk") : t("dry.asks")}
    </span>
  );
}

/** A prompt may hold a whole book; more than this is not read here. */
const LONGEST_SHOWN = 50_000;

function Prompt({ id, text }: { id: string; text: string }) {
  const { t } = useTranslation("run");
  const shown = text.slice(0, LONGEST_SHOWN);
  return (
    <div>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.prompt} tabIndex={0} role="region" aria-label={t("dry.prompt", { step: id })}>
        {shown}
      </pre>
      {shown.length < text.length && (
        <p className={styles.quiet}>{t("dry.cut", { shown: bytes(bytesOf(shown)), size: bytes(bytesOf(text)) })}</p>
      )}
    </div>
  );
}
