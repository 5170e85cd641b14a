// What is wrong with the plan, in the engine's own words, below the canvas. A row leads to its step.

import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronUp, CircleAlert, TriangleAlert } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Problem } from "../../api/types";
import { isBoolean, useRemembered } from "../../appearance/remembered";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { IconButton } from "../../components/IconButton";
import { Sentence } from "../../components/Sentence";
import styles from "./Problems.module.css";
import type { Editor } from "./useEditor";

const ROW_PX = 36;

interface ProblemsProps {
  editor: Editor;
  onGoTo: (stepId: string) => void;
}

export function Problems({ editor, onGoTo }: ProblemsProps) {
  const { t } = useTranslation("problems");
  const [isOpen, setOpen] = useRemembered("editor.problems", true, isBoolean);
  const { problems } = editor;
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  return (
    <section className={styles.dock} aria-label={t("title")}>
      <header className={styles.head}>
        <h2 className={styles.title}>{t("title")}</h2>
        <span className={styles.counts} role="status">
          {errors > 0 && (
            <span className={styles.errors}>
              <Icon icon={CircleAlert} sizePx={14} />
              {t("errors", { count: errors })}
            </span>
          )}
          {warnings > 0 && (
            <span className={styles.warnings}>
              <Icon icon={TriangleAlert} sizePx={14} />
              {t("warnings", { count: warnings })}
            </span>
          )}
          {problems.length === 0 && <span className={styles.none}>{t("none")}</span>}
        </span>
        {errors > 0 && <span className={styles.meaning}>{t("meaning")}</span>}
        {problems.length > 0 && (
          <span className={styles.fold}>
            <IconButton
              name={isOpen ? t("hide") : t("show")}
              icon={isOpen ? ChevronDown : ChevronUp}
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            />
          </span>
        )}
      </header>
      {isOpen && problems.length > 0 && <Rows editor={editor} onGoTo={onGoTo} />}
    </section>
  );
}

function Rows({ editor: { problems, perform }, onGoTo }: ProblemsProps) {
  const { t } = useTranslation("problems");
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here and handed to nobody
  const virtual = useVirtualizer({
    count: problems.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  return (
    <div ref={scroller} className={styles.scroll}>
      <ul className={styles.rows} style={{ height: virtual.getTotalSize() }} aria-label={t("list")}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const problem = problems[index];
          if (!problem) return null;
          return (
            <li
              key={index}
              ref={virtual.measureElement}
              data-index={index}
              className={styles.row}
              style={{ transform: `translateY(${start}px)` }}
              aria-setsize={problems.length}
              aria-posinset={index + 1}
            >
              <Row problem={problem} onGoTo={onGoTo} onFix={perform} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface RowProps {
  problem: Problem;
  onGoTo: (stepId: string) => void;
  onFix: Editor["perform"];
}

function Row({ problem: { severity, stepId, message, code, fix }, onGoTo, onFix }: RowProps) {
  const { t } = useTranslation("problems");
  const content = (
    <>
      <span className={severity === "error" ? styles.error : styles.warning}>
        <Icon icon={severity === "error" ? CircleAlert : TriangleAlert} />
        <span className="visually-hidden">{t(severity)}</span>
      </span>
      <span className={stepId == null ? styles.plan : styles.step}>{stepId ?? t("plan")}</span>
      <span className={styles.sentence}>
        <Sentence text={message} /> <code className={styles.code}>{code}</code>
      </span>
    </>
  );
  return (
    <>
      {stepId == null ? (
        <div className={styles.main}>{content}</div>
      ) : (
        <button type="button" className={styles.main} onClick={() => onGoTo(stepId)}>
          {content}
        </button>
      )}
      {fix && (
        <Button
          size="small"
          className={styles.fix}
          onClick={() => onFix({ kind: "applyFix", operations: fix.patch, title: fix.title })}
        >
          <Sentence text={fix.title} />
        </Button>
      )}
    </>
  );
}
