// The provider that calls no model, and the consent to use it.

import { useTranslation } from "react-i18next";

import type { Settings } from "../../api/types";
import { ControlRow } from "../../components/Row";
import { Switch } from "../../components/Switch";
import { Group, Pair, SavedNumber } from "./parts";
import type { Patch } from "./useSettings";

export function Simulator({ settings, change }: { settings: Settings; change: (patch: Patch) => Promise<void> }) {
  const { t } = useTranslation("settings");
  const { simulator } = settings;
  return (
    <Group title={t("providers.kinds.simulator")}>
      <div>
        <ControlRow label={t("providers.simulate")} hint={t("providers.simulateHint")}>
          {(labelId) => (
            <Switch
              labelledBy={labelId}
              checked={settings.simulate}
              onChange={(simulate) => void change({ simulate })}
            />
          )}
        </ControlRow>
        <ControlRow label={t("providers.directives")} hint={t("providers.directivesHint")}>
          {(labelId) => (
            <Switch
              labelledBy={labelId}
              checked={simulator.directives}
              onChange={(directives) => void change({ simulator: { directives } })}
            />
          )}
        </ControlRow>
      </div>
      <Pair>
        <SavedNumber
          label={t("providers.delay")}
          hint={t("providers.delayHint")}
          unit="ms"
          value={simulator.delayMs}
          save={(delayMs) => change({ simulator: { delayMs } })}
        />
        <SavedNumber
          label={t("providers.outputTokens")}
          hint={t("providers.outputTokensHint")}
          min={1}
          value={simulator.outputTokens ?? null}
          save={(outputTokens) => change({ simulator: { outputTokens } })}
        />
      </Pair>
    </Group>
  );
}
