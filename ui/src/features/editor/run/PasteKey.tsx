// A key, pasted where it is needed: kept, then tested with one small call, and what came of it in words.

import { CircleCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Settings } from "../../../api/types";
import { Banner } from "../../../components/Banner";
import { Button } from "../../../components/Button";
import { Field } from "../../../components/Field";
import { duration } from "../../../components/format";
import { Segmented } from "../../../components/Segmented";
import { Sentence } from "../../../components/Sentence";
import { TextField } from "../../../components/TextField";
import styles from "./Connect.module.css";
import type { StepModel } from "./readiness";
import { type KeyOutcome, type KeyProvider, PROVIDER_NAMES, useConnect } from "./useConnect";
import { listed } from "./words";

const PROVIDERS = ["anthropic", "openai"] as const satisfies readonly KeyProvider[];

export function PasteKey({ steps, settings }: { steps: readonly StepModel[]; settings: Settings }) {
  const { t } = useTranslation("run");
  const [provider, setProvider] = useState<KeyProvider>("anthropic");
  const [value, setValue] = useState("");
  const { pasteKey } = useConnect(steps, settings);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim() === "" || pasteKey.isPending) return;
    pasteKey.mutate({ provider, value: value.trim() }, { onSuccess: (outcome) => outcome.isReady && setValue("") });
  };
  return (
    <form className={styles.key} onSubmit={submit}>
      <div>
        <Segmented
          label={t("key.provider")}
          value={provider}
          onChange={(next) => {
            setProvider(next);
            pasteKey.reset();
          }}
          options={PROVIDERS.map((name) => ({ value: name, label: PROVIDER_NAMES[name] }))}
        />
      </div>
      <Field
        label={t("key.field", { provider: PROVIDER_NAMES[provider] })}
        hint={t(`key.where.${settings.secrets.where}`)}
        error={pasteKey.error?.message.replaceAll("`", "")}
      >
        <TextField type="password" mono autoComplete="off" autoFocus value={value} onChange={setValue} />
      </Field>
      <div>
        <Button
          type="submit"
          disabled={value.trim() === "" && !pasteKey.isPending}
          busy={pasteKey.isPending ? t("key.testing") : undefined}
        >
          {t("key.save")}
        </Button>
      </div>
      {pasteKey.data && <Outcome {...pasteKey.data} />}
    </form>
  );
}

function Outcome({ isReady, provider, message, isKept, model, latencyMs, unready }: KeyOutcome) {
  const { t } = useTranslation("run");
  const name = PROVIDER_NAMES[provider];
  if (message !== null) {
    return (
      <Banner kind="error">
        <Sentence text={message} />
        {!isKept && ` ${t("key.notKept")}`}
      </Banner>
    );
  }
  if (!isReady) return <Banner kind="warning">{t("key.noModel", { provider: name, aliases: listed(unready) })}</Banner>;
  return (
    <Banner kind="note" icon={CircleCheck}>
      {t("key.works", { provider: name, model: model ?? "", time: duration(latencyMs) })}
    </Banner>
  );
}
