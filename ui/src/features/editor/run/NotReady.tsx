// Nobody answers for the models of some steps: which, and the three ways on.

import { FlaskConical, KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Settings } from "../../../api/types";
import { Banner } from "../../../components/Banner";
import { Button } from "../../../components/Button";
import styles from "./Connect.module.css";
import { LocalServers } from "./LocalServers";
import { PasteKey } from "./PasteKey";
import type { Unready } from "./readiness";
import type { PlanToRun } from "./usePlanToRun";
import { listed, stepsInWords } from "./words";

export function NotReady({
  plan,
  settings,
  unready,
  simulate,
}: {
  plan: PlanToRun;
  settings: Settings;
  unready: Unready;
  /** For this execution. */
  simulate: () => void;
}) {
  const { t } = useTranslation("run");
  const [isPasting, setPasting] = useState(false);
  return (
    <div className={styles.notReady}>
      <Banner kind="warning">
        <p>
          {unready.stepIds.length === 0
            ? t("unready.scoring", { models: listed(unready.models) })
            : t("unready.text", {
                models: listed(unready.models),
                steps: stepsInWords(unready.stepIds),
                count: unready.stepIds.length,
              })}
        </p>
        <div className={styles.ways}>
          <Button size="small" icon={FlaskConical} onClick={simulate}>
            {t("simulate")}
          </Button>
          <Button size="small" icon={KeyRound} aria-expanded={isPasting} onClick={() => setPasting(!isPasting)}>
            {t("unready.pasteKey")}
          </Button>
        </div>
      </Banner>
      {isPasting && <PasteKey steps={plan.stepModels} settings={settings} />}
      <LocalServers steps={plan.stepModels} settings={settings} />
    </div>
  );
}
