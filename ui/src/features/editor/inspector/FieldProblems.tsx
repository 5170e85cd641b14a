// What is wrong with a field, in sentences below it, each with its fix.

import { CircleAlert, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Problem } from "../../../api/types";
import { Button } from "../../../components/Button";
import { Icon } from "../../../components/Icon";
import { Sentence } from "../../../components/Sentence";
import { sentenceOf } from "../prompt/diagnostics";
import styles from "./inspector.module.css";
import { useFix } from "./useStep";

/** More than these are a list, and there is one below the canvas. */
const SHOWN = 3;

export function FieldProblems({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation("inspector");
  const fix = useFix();
  if (problems.length === 0) return null;
  return (
    <ul className={styles.problems}>
      {problems.slice(0, SHOWN).map((problem) => (
        <li
          key={`${problem.field} ${problem.rule} ${problem.message}`}
          className={styles.problem}
          data-severity={problem.severity}
        >
          <Icon icon={problem.severity === "error" ? CircleAlert : TriangleAlert} sizePx={14} />
          <span className={styles.sentence}>
            <Sentence text={sentenceOf(problem)} />
          </span>
          <FixButton problem={problem} onFix={fix} />
        </li>
      ))}
      {problems.length > SHOWN && (
        <li className={styles.quiet}>{t("moreProblems", { count: problems.length - SHOWN })}</li>
      )}
    </ul>
  );
}

function FixButton({ problem: { fix }, onFix }: { problem: Problem; onFix: ReturnType<typeof useFix> }) {
  if (!fix) return null;
  return (
    <Button size="small" onClick={() => onFix(fix)}>
      <Sentence text={fix.title} />
    </Button>
  );
}
