// Why a call or a step failed: what happened, what the provider said, what to do, the code for who asks.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { StepView } from "../../../api/types";
import { ErrorState } from "../../../components/ErrorState";
import { Sentence } from "../../../components/Sentence";
import styles from "./Drawer.module.css";

type Failure = NonNullable<StepView["error"]>;

/** Failures that settings can mend. */
const IN_SETTINGS = new Set<Failure["code"]>([
  "PROVIDER_AUTH",
  "PROVIDER_UNREACHABLE",
  "PROVIDER_PROTOCOL",
  "INVALID_MODEL",
]);

export function FailureCard({ failure, hasAction = false }: { failure: Failure; hasAction?: boolean | undefined }) {
  const { t } = useTranslation("executions");
  const status = failure.status == null ? "" : ` ${failure.status}`;
  return (
    <ErrorState
      isInline
      title={t(`failure.${failure.code}.title`)}
      code={`${failure.code}${status}`}
      text={
        <>
          <p>{t(`failure.${failure.code}.todo`)}</p>
          <p className={styles.said}>
            <Sentence text={failure.message} />
          </p>
        </>
      }
      {...(hasAction && IN_SETTINGS.has(failure.code)
        ? {
            action: (
              <Link to="/settings/$section" params={{ section: "providers" }}>
                {t("failure.openSettings")}
              </Link>
            ),
          }
        : {})}
    />
  );
}
