// The card of the first start: the example plan can run at once, and here are the ways to a real model.

import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronRight, KeyRound, Play } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { settingsQuery } from "../../../api/queries";
import type { Settings } from "../../../api/types";
import { Button } from "../../../components/Button";
import { Icon } from "../../../components/Icon";
import styles from "./Connect.module.css";
import { EMPTY_FORM, requestOf } from "./form";
import { LocalServers } from "./LocalServers";
import { PasteKey } from "./PasteKey";
import { useEditor } from "../useEditor";
import { isOfThisMachine, unreadyOf } from "./readiness";
import { recallForm } from "./remembered";
import { PROVIDER_NAMES, usePatchSettings } from "./useConnect";
import { type PlanToRun, usePlanToRun } from "./usePlanToRun";
import { examplesOf, isFirstRun } from "./useRun";
import { useStart } from "./useStart";
import { buildInput } from "./values";
import { listed } from "./words";

export function FirstRun() {
  const { plan } = useEditor();
  const { data: settings } = useQuery(settingsQuery);
  if (!settings || !isFirstRun(plan, settings)) return null;
  return <Card settings={settings} />;
}

/** It stands on the canvas of every plan, so only where it is shown the plan is read for it. */
function Card({ settings }: { settings: Settings }) {
  const plan = usePlanToRun();
  const { t } = useTranslation("run");
  const titleId = useId();
  const [isPasting, setPasting] = useState(false);
  const patch = usePatchSettings();
  const answered = useMutation({ mutationFn: () => patch({ welcome: false }) });
  const { start, run } = useFirstRun(plan, patch);
  const isReal = unreadyOf(plan.stepModels, plan.models).stepIds.length === 0;
  const error = start.error ?? answered.error;
  return (
    <section className={styles.card} aria-labelledby={titleId}>
      <div className={styles.intro}>
        <h2 id={titleId} className={styles.title}>
          {t("firstRun.title", { plan: plan.name })}
        </h2>
        <p className={styles.text}>
          {isReal ? <OnModels plan={plan} settings={settings} /> : t("firstRun.onSimulator")}
        </p>
      </div>
      {!isReal && (
        <div className={styles.rows}>
          <button
            type="button"
            className={styles.opener}
            aria-expanded={isPasting}
            onClick={() => setPasting(!isPasting)}
          >
            <Icon icon={KeyRound} />
            <span className={styles.words}>{t("key.open")}</span>
            <span className={styles.chevron}>
              <Icon icon={ChevronRight} sizePx={14} />
            </span>
          </button>
          {isPasting && (
            <div className={styles.opened}>
              <PasteKey steps={plan.stepModels} settings={settings} />
            </div>
          )}
          <LocalServers steps={plan.stepModels} settings={settings} />
        </div>
      )}
      {error && (
        <p className={styles.error} role="alert">
          {error.message.replaceAll("`", "")}
        </p>
      )}
      <div className={styles.actions}>
        <Button
          variant="primary"
          icon={Play}
          busy={start.isPending ? t("starting") : undefined}
          onClick={() => run(!isReal)}
        >
          {isReal ? t("run") : t("runSimulated")}
        </Button>
        <Button
          variant="ghost"
          busy={answered.isPending ? t("server.using") : undefined}
          onClick={() => answered.mutate()}
        >
          {t("firstRun.lookAround")}
        </Button>
      </div>
    </section>
  );
}

function providerWord(name: string): string {
  return name === "anthropic" || name === "openai" ? PROVIDER_NAMES[name] : name;
}

/** Runs what the Run panel holds, or the examples; the card has been answered by that. */
function useFirstRun(plan: PlanToRun, patch: ReturnType<typeof usePatchSettings>) {
  const start = useStart();
  const run = (simulate: boolean) => {
    const form = recallForm(plan.planId) ?? { ...EMPTY_FORM, entries: examplesOf(plan) };
    const { input } = buildInput(plan.fields, form.entries);
    const request = requestOf(form, input, plan.stepIds, simulate);
    start.mutate(
      { planId: plan.planId, version: plan.version, request, ...(plan.isDirty ? { publish: plan.publish } : {}) },
      { onSuccess: () => void patch({ welcome: false, simulate }) },
    );
  };
  return { start, run };
}

/** Which models answer now, and where the inputs go. */
function OnModels({ plan, settings }: { plan: PlanToRun; settings: Settings }) {
  const { t } = useTranslation("run");
  const used = plan.models.filter((model) => plan.stepModels.some((step) => step.model === model.alias));
  const models = listed([...new Set(used.map((model) => model.modelId ?? model.alias))]);
  const providers = listed([...new Set(used.map((model) => providerWord(model.provider)))]);
  const staysHere = used.every((model) => isOfThisMachine(settings.providers[model.provider]?.effective.baseUrl));
  return <>{t(staysHere ? "firstRun.onLocal" : "firstRun.onModels", { models, providers })}</>;
}
