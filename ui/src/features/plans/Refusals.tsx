// What was not imported, and why: each file with its sentence, each plan with its faults and how they are mended.

import type { TFunction } from "i18next";
import { Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { isApiError } from "../../api/problem";
import type { Issue } from "../../api/types";
import { Button } from "../../components/Button";
import { ErrorState } from "../../components/ErrorState";
import { bytes } from "../../components/format";
import { Sentence } from "../../components/Sentence";
import type { Refusal } from "./planFile";
import styles from "./Refusals.module.css";
import type { Refused } from "./useImport";

const SHOWN = 20;

export function Refusals({ refused, onClose }: { refused: readonly Refused[]; onClose: (one: Refused) => void }) {
  const { t } = useTranslation("plans");
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => {
    void region.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div ref={region} className={styles.refusals}>
      {refused.map((one, index) => (
        <ErrorState
          key={index}
          isInline
          title={t("refused.title", { file: one.file })}
          code={codeOf(one)}
          text={<Why refused={one} />}
          action={
            <>
              {issuesOf(one).length > 0 && <CopyList issues={issuesOf(one)} />}
              <Button onClick={() => onClose(one)}>{t("refused.close")}</Button>
            </>
          }
        />
      ))}
    </div>
  );
}

function Why({ refused }: { refused: Refused }) {
  const { t } = useTranslation("plans");
  if (refused.kind === "file") return <p>{sentenceOf(refused.refusal, t)}</p>;
  const issues = issuesOf(refused);
  if (issues.length === 0) {
    return (
      <p>
        <Sentence text={refused.error instanceof Error ? refused.error.message : String(refused.error)} />
      </p>
    );
  }
  return (
    <>
      <p>{t("refused.issues", { count: issues.length })}</p>
      <ul className={styles.issues}>
        {issues.slice(0, SHOWN).map((issue, index) => (
          <li key={index} className={styles.issue}>
            <code className={styles.field}>{issue.field}</code>
            <span className={styles.message}>
              <Sentence text={issue.message} />
              {issue.fix && (
                <span className={styles.fix}>
                  {" "}
                  <Sentence text={t("refused.fix", { fix: issue.fix.title })} />
                </span>
              )}
            </span>
            <code className={styles.code}>{issue.code}</code>
          </li>
        ))}
      </ul>
      {issues.length > SHOWN && <p>{t("refused.andMore", { count: issues.length - SHOWN })}</p>}
    </>
  );
}

function CopyList({ issues }: { issues: readonly Issue[] }) {
  const { t } = useTranslation("plans");
  const [outcome, setOutcome] = useState<"copied" | "notCopied" | null>(null);
  const copy = async () => {
    const lines = issues.map(({ field, code, message, fix }) =>
      [field, code, message, ...(fix ? [t("refused.fix", { fix: fix.title })] : [])].join("\t"),
    );
    try {
      await navigator.clipboard.writeText(`${lines.join("\n")}\n`);
      setOutcome("copied");
    } catch {
      setOutcome("notCopied");
    }
  };
  return (
    <>
      <Button icon={Copy} onClick={() => void copy()}>
        {t("refused.copy")}
      </Button>
      <span role="status" className={styles.outcome}>
        {outcome !== null && t(`refused.${outcome}`)}
      </span>
    </>
  );
}

function issuesOf(refused: Refused): readonly Issue[] {
  return refused.kind === "plan" && isApiError(refused.error) ? refused.error.issues : [];
}

function codeOf(refused: Refused): string | null {
  return refused.kind === "plan" && isApiError(refused.error) ? refused.error.code : null;
}

function sentenceOf(refusal: Refusal, t: TFunction<"plans">): string {
  switch (refusal.reason) {
    case "too large":
      return t("refused.too large", { size: bytes(refusal.bytes) });
    case "not JSON":
      return t("refused.not JSON", refusal);
    case "not YAML":
      return t("refused.not YAML", refusal);
    case "other program":
      return t("refused.other program", refusal);
    case "unreadable":
    case "binary":
    case "empty":
    case "no plan":
      return t(`refused.${refusal.reason}`);
    default:
      return refusal satisfies never;
  }
}
