// The details of a provider that few people change.

import { useTranslation } from "react-i18next";

import type { Provider } from "../../api/types";
import { Field } from "../../components/Field";
import { Select } from "../../components/Select";
import { Pair, SavedNumber, SavedText } from "./parts";
import styles from "./ProvidersSection.module.css";
import type { Patch } from "./useSettings";

const JSON_MODES = ["schema", "object", "prompt"] as const;
const TOKEN_FIELDS = ["automatic", "max_tokens", "max_completion_tokens"] as const;

export function ProviderDetails({ provider, change }: { provider: Provider; change: (patch: Patch) => Promise<void> }) {
  const { t } = useTranslation("settings");
  const { kind, effective } = provider;
  const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
  return (
    <div className={styles.details}>
      <SavedText
        label={t("providers.baseUrl")}
        hint={t("providers.baseUrlHint")}
        value={provider.baseUrl ?? ""}
        placeholder={effective.baseUrl}
        end={effective.baseUrlOrigin === "environment" ? t("providers.fromEnvironment") : undefined}
        save={(text) => change({ baseUrl: orNull(text) })}
      />
      <Pair>
        <SavedNumber
          label={t("providers.limit")}
          hint={t("providers.limitHint")}
          min={1}
          value={provider.limit ?? null}
          placeholder={effective.limit === null ? "" : String(effective.limit)}
          save={(limit) => change({ limit })}
        />
        <SavedNumber
          label={t("providers.stall")}
          hint={t("providers.stallHint")}
          min={1}
          value={provider.stallMs ?? null}
          placeholder="60000"
          unit="ms"
          save={(stallMs) => change({ stallMs })}
        />
      </Pair>
      {kind === "anthropic" && (
        <SavedText
          label={t("providers.version")}
          hint={t("providers.versionHint")}
          value={provider.version ?? ""}
          placeholder="2026-10-21"
          save={(text) => change({ version: orNull(text) })}
        />
      )}
      {kind === "openai" && (
        <Pair>
          <Field label={t("providers.jsonMode")}>
            <Select
              value={provider.jsonMode ?? "schema"}
              options={JSON_MODES.map((value) => ({ value, label: t(`providers.jsonModes.${value}`) }))}
              onChange={(jsonMode) => void change({ jsonMode })}
            />
          </Field>
          <Field label={t("providers.maxTokensField")}>
            <Select
              value={provider.maxTokensField ?? "automatic"}
              options={TOKEN_FIELDS.map((value) => ({
                value,
                label: value === "automatic" ? t("providers.automatic") : value,
              }))}
              onChange={(field) => void change({ maxTokensField: field === "automatic" ? null : field })}
            />
          </Field>
        </Pair>
      )}
    </div>
  );
}
