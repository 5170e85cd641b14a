// The tab Run: what goes in, when a person is asked, what it will cost, and the start.

import { useQuery } from "@tanstack/react-query";
import { FlaskConical, Play } from "lucide-react";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { keysOf, useAction } from "../../../actions";
import { isApiError, OfflineError } from "../../../api/problem";
import { settingsQuery } from "../../../api/queries";
import type { Settings } from "../../../api/types";
import { Banner } from "../../../components/Banner";
import { Button } from "../../../components/Button";
import { ErrorState } from "../../../components/ErrorState";
import { ControlRow } from "../../../components/Row";
import { Sentence } from "../../../components/Sentence";
import { Skeleton } from "../../../components/Skeleton";
import { Switch } from "../../../components/Switch";
import { DryRunDialog } from "./DryRunDialog";
import { EstimateLine } from "./EstimateLine";
import { Inputs } from "./Inputs";
import { NotReady } from "./NotReady";
import { ReviewFields } from "./ReviewFields";
import styles from "./RunPanel.module.css";
import { type PlanToRun, usePlanToRun } from "./usePlanToRun";
import { isFirstRun, type Run, useRun } from "./useRun";
import { NotPublishedError } from "./useStart";

export function RunPanel() {
  const { t } = useTranslation("run");
  const plan = usePlanToRun();
  const { data: settings, error } = useQuery(settingsQuery);
  if (settings) return <Panel key={plan.planId} plan={plan} settings={settings} />;
  if (error) {
    return (
      <div className={styles.fields}>
        <ErrorState
          isInline
          title={t("failed.settings")}
          text={error.message}
          code={isApiError(error) ? error.code : null}
        />
      </div>
    );
  }
  return (
    <div className={styles.fields} role="status" aria-label={t("reading")}>
      <Skeleton widthRem={8} />
      <Skeleton heightRem={1.75} />
      <Skeleton widthRem={6} />
      <Skeleton heightRem={1.75} />
    </div>
  );
}

function Panel({ plan, settings }: { plan: PlanToRun; settings: Settings }) {
  const { t } = useTranslation("run");
  const run = useRun(plan, settings);
  const [isTried, setTried] = useState(false);
  const [isDryOpen, setDryOpen] = useState(false);
  const startWord = useStartWord(plan, run);
  const start = () => {
    setTried(true);
    run.run();
  };
  const openDry = () => {
    setTried(true);
    if (run.whyNot === undefined) setDryOpen(true);
  };
  // The key shows what is missing where it cannot run, so the action is offered all the same.
  useAction("plan.run", start);
  useAction("plan.dryRun", openDry, run.whyNot);
  return (
    <div
      className={styles.panel}
      // A file that misses its field must not take the page away.
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => event.preventDefault()}
    >
      <div className={styles.fields}>
        {run.unready.models.length > 0 && (
          <NotReady
            plan={plan}
            settings={settings}
            unready={run.unready}
            simulate={() => run.act({ kind: "change", change: { simulate: true } })}
          />
        )}
        <Inputs plan={plan} run={run} isTried={isTried} />
        <ReviewFields plan={plan} run={run} settings={settings} />
      </div>
      <div className={styles.rows}>
        <ControlRow icon={FlaskConical} label={t("simulate")} hint={t("simulateHint")}>
          {(labelId) => (
            <Switch
              labelledBy={labelId}
              checked={run.simulate}
              onChange={(simulate) => run.act({ kind: "change", change: { simulate } })}
            />
          )}
        </ControlRow>
      </div>
      <div className={styles.foot}>
        <Refusal run={run} />
        <EstimateLine planId={plan.planId} run={run} />
        <div className={styles.buttons}>
          <Button icon={FlaskConical} whyNot={run.whyNot} onClick={openDry}>
            {t("dryRun")}
          </Button>
          <Button
            // While the card of the first start stands there, its button is the one.
            variant={isFirstRun(plan, settings) ? "default" : "primary"}
            icon={Play}
            keys={keysOf("plan.run")}
            whyNot={run.whyNot}
            busy={run.start.isPending ? t("starting") : undefined}
            onClick={start}
          >
            {startWord}
          </Button>
        </div>
      </div>
      {isDryOpen && <DryRunDialog plan={plan} run={run} close={() => setDryOpen(false)} />}
    </div>
  );
}

function useStartWord(plan: PlanToRun, run: Run): string {
  const { t } = useTranslation("run");
  const version = plan.version + 1;
  if (plan.isDirty) return run.simulate ? t("publishAndSimulate", { version }) : t("publishAndRun", { version });
  return run.simulate ? t("runSimulated") : t("run");
}

/** Why it was not started, as far as no field says it. */
function Refusal({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  const error = run.refusal ?? run.estimate.error;
  const sentences = [...run.issues.others];
  if (error instanceof NotPublishedError) sentences.push(notPublished(error, t));
  else if (error instanceof OfflineError) sentences.push(t("failed.offline"));
  if (sentences.length === 0) return null;
  const simulate = isApiError(error, "PROVIDER_NOT_CONFIGURED") ? (
    <Button size="small" icon={FlaskConical} onClick={() => run.act({ kind: "change", change: { simulate: true } })}>
      {t("simulate")}
    </Button>
  ) : undefined;
  return (
    <Banner kind="error" action={simulate}>
      {sentences.map((sentence) => (
        <p key={sentence}>
          <Sentence text={sentence} />
        </p>
      ))}
    </Banner>
  );
}

function notPublished({ published }: NotPublishedError, t: TFunction<"run">): string {
  switch (published.outcome) {
    case "refused":
      return t("failed.notPublished");
    case "conflict":
      return t("failed.conflict", { version: published.current });
    case "failed":
      return published.message;
    default:
      return never(published);
  }
}

function never(published: never): never {
  throw new Error(`Unknown outcome ${JSON.stringify(published)}`);
}
