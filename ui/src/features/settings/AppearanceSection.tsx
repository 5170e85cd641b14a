// How the screens look and speak at this screen.

import { useTranslation } from "react-i18next";

import { isMac, useRegistry } from "../../actions";
import { changeAppearance, useAppearance } from "../../appearance/appearance";
import { Button } from "../../components/Button";
import { ControlRow } from "../../components/Row";
import { Segmented } from "../../components/Segmented";
import { Switch } from "../../components/Switch";
import { Intro } from "./parts";

export function AppearanceSection() {
  const { t } = useTranslation("settings");
  const { theme, language, singleKeys } = useAppearance();
  const actions = useRegistry();
  const themes = (["system", "light", "dark"] as const).map((value) => ({
    value,
    label: t(`appearance.themes.${value}`),
  }));
  return (
    <>
      <div>
        <ControlRow label={t("appearance.theme")}>
          {() => (
            <Segmented
              label={t("appearance.theme")}
              value={theme}
              options={themes}
              onChange={(next) => changeAppearance({ theme: next })}
            />
          )}
        </ControlRow>
        <ControlRow label={t("appearance.language")}>
          {() => (
            <Segmented
              label={t("appearance.language")}
              value={language}
              options={[
                { value: "en", label: "English" },
                { value: "de", label: "Deutsch" },
              ]}
              onChange={(next) => changeAppearance({ language: next })}
            />
          )}
        </ControlRow>
        <ControlRow
          label={t("appearance.singleKeys")}
          hint={t("appearance.singleKeysHint", { mod: isMac ? "⌘" : language === "de" ? "Strg" : "Ctrl" })}
        >
          {(labelId) => (
            <Switch
              checked={singleKeys}
              labelledBy={labelId}
              onChange={(next) => changeAppearance({ singleKeys: next })}
            />
          )}
        </ControlRow>
        <ControlRow label={t("appearance.keys")}>
          {() => (
            <Button keys="?" onClick={() => actions.perform("help.keys")}>
              {t("api.show")}
            </Button>
          )}
        </ControlRow>
      </div>
      <Intro>{t("appearance.textSize")}</Intro>
    </>
  );
}
