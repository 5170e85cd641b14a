// The prompt as the model got it, with every reference filled in.

import { Suspense } from "react";
import { useTranslation } from "react-i18next";

import type { StepDetail } from "../../../api/types";
import { CodeView } from "./codeView";
import styles from "./Drawer.module.css";

export function PromptTab({ detail, textsDeleted }: { detail: StepDetail; textsDeleted: boolean }) {
  const { t } = useTranslation("executions");
  if (detail.prompt === undefined) {
    const hasStarted = detail.attempts.length > 0;
    const ended = detail.step.status === "cancelled" || detail.step.status === "skipped";
    const reason = textsDeleted
      ? t("output.textsDeleted")
      : ended && !hasStarted
        ? t("prompt.notRun")
        : t("prompt.notYet");
    return <p className={styles.nothing}>{reason}</p>;
  }
  return (
    <div className={styles.prompt}>
      {detail.system !== undefined && detail.system !== "" && (
        <section className={styles.system}>
          <Head title={t("prompt.system")} length={detail.system.length} />
          <div className={styles.code}>
            <Suspense>
              <CodeView text={detail.system} label={t("prompt.system")} />
            </Suspense>
          </div>
        </section>
      )}
      <section className={styles.whole}>
        <Head title={t("prompt.prompt")} length={detail.prompt.length} />
        <div className={styles.code}>
          <Suspense>
            <CodeView text={detail.prompt} label={t("prompt.prompt")} />
          </Suspense>
        </div>
      </section>
    </div>
  );
}

function Head({ title, length }: { title: string; length: number }) {
  const { t } = useTranslation("executions");
  return (
    <header className={styles.sectionHead}>
      <h3>{title}</h3>
      <span className={styles.quiet}>{t("prompt.tokens", { count: Math.ceil(length / 4) })}</span>
    </header>
  );
}
