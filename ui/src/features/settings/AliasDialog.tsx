// One alias, new or changed. It is sent as a whole, so that emptying a field takes it away.

import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Alias } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { NumberField } from "../../components/NumberField";
import { Select } from "../../components/Select";
import { TextField } from "../../components/TextField";
import { Intro, Pair } from "./parts";
import styles from "./ApiSection.module.css";
import { type Patch, sentenceOf } from "./useSettings";

const PRICES = ["input", "output", "cacheRead", "cacheWrite"] as const;
type Prices = Record<(typeof PRICES)[number], number | null>;

export function AliasDialog({
  name,
  alias,
  providers,
  close,
  save,
}: {
  /** Null for a new one. */
  name: string | null;
  alias: Alias;
  providers: readonly string[];
  close: () => void;
  save: (name: string, alias: Patch) => Promise<void>;
}) {
  const { t } = useTranslation("settings");
  const formId = useId();
  const [newName, setNewName] = useState(name ?? "");
  const [provider, setProvider] = useState(alias.provider);
  const [modelId, setModelId] = useState(alias.modelId ?? "");
  const [prices, setPrices] = useState<Prices>({
    input: alias.prices?.input ?? null,
    output: alias.prices?.output ?? null,
    cacheRead: alias.prices?.cacheRead ?? null,
    cacheWrite: alias.prices?.cacheWrite ?? null,
  });
  const [contextTokens, setContextTokens] = useState(alias.contextTokens ?? null);
  const [maxOutputTokens, setMaxOutputTokens] = useState(alias.maxOutputTokens ?? null);
  const [error, setError] = useState<string>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const hasPrices = PRICES.some((kind) => prices[kind] !== null);
    try {
      await save(newName.trim(), {
        provider,
        modelId: modelId.trim() === "" ? null : modelId.trim(),
        prices: hasPrices ? prices : null,
        contextTokens,
        maxOutputTokens,
      });
      close();
    } catch (refusal) {
      setError(sentenceOf(refusal));
    }
  };

  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title={name === null ? t("models.addTitle") : t("models.editTitle", { name })}
      actions={
        <>
          <Button size="dialog" onClick={close}>
            {t("cancel")}
          </Button>
          <Button size="dialog" variant="primary" type="submit" form={formId} disabled={newName.trim() === ""}>
            {t("models.save")}
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={submit}>
        <Field label={t("models.alias")} hint={t("models.aliasHint")} error={error}>
          <TextField value={newName} onChange={setNewName} readOnly={name !== null} mono autoFocus={name === null} />
        </Field>
        <Pair>
          <Field label={t("models.provider")}>
            <Select
              value={provider}
              options={providers.map((value) => ({ value, label: value }))}
              mono
              onChange={setProvider}
            />
          </Field>
          <Field label={t("models.modelId")} hint={t("models.modelIdHint")}>
            <TextField value={modelId} onChange={setModelId} mono autoFocus={name !== null} />
          </Field>
        </Pair>
        <Intro>{t("models.pricesHint")}</Intro>
        <Pair>
          {PRICES.map((kind) => (
            <Field key={kind} label={t(`models.${kind}`)}>
              <NumberField
                prefix="$"
                min={0}
                step={0.1}
                value={prices[kind]}
                onChange={(value) => setPrices((now) => ({ ...now, [kind]: value }))}
              />
            </Field>
          ))}
        </Pair>
        <Pair>
          <Field label={t("models.context")} hint={t("models.contextHint")}>
            <NumberField min={1} step={1_000} value={contextTokens} onChange={setContextTokens} />
          </Field>
          <Field label={t("models.maxOutput")} hint={t("models.maxOutputHint")}>
            <NumberField min={1} step={1_000} value={maxOutputTokens} onChange={setMaxOutputTokens} />
          </Field>
        </Pair>
      </form>
    </Dialog>
  );
}
