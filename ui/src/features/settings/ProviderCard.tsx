// One provider: whether it can be called, its key, a test, and its details.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, FlaskConical, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { client, data } from "../../api/client";
import { keys } from "../../api/queries";
import type { Provider } from "../../api/types";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Field } from "../../components/Field";
import { duration } from "../../components/format";
import { Icon } from "../../components/Icon";
import { IconButton } from "../../components/IconButton";
import { Row } from "../../components/Row";
import { Sentence } from "../../components/Sentence";
import { TextField } from "../../components/TextField";
import { ProviderDetails } from "./ProviderDetails";
import styles from "./ProvidersSection.module.css";
import { type Patch, sentenceOf } from "./useSettings";

export function ProviderCard({
  name,
  provider,
  change,
  remove,
}: {
  name: string;
  provider: Provider;
  change: (patch: Patch) => Promise<void>;
  /** Null for the two that are always there. */
  remove: (() => void) | null;
}) {
  const { t } = useTranslation("settings");
  const [isEntering, setEntering] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const { setKey, removeKey, test } = useProviderKey(name);
  const { configured, whyNot } = provider.effective;
  const source = provider.secret.set ? (provider.secret.source ?? "keychain") : null;
  return (
    <article className={styles.card} aria-label={name}>
      <div className={styles.head}>
        <span className={styles.grow}>
          <span className={styles.name}>{name}</span>{" "}
          <span className={styles.quiet}>{t(`providers.kinds.${provider.kind}`)}</span>
        </span>
        <span className={[styles.state, configured ? styles.ready : styles.notReady].join(" ")}>
          <Icon icon={configured ? CircleCheck : CircleAlert} sizePx={14} />
          {configured ? t("providers.ready") : t("providers.notReady")}
        </span>
        {remove && <IconButton icon={Trash2} size="small" name={`${t("remove")} ${name}`} onClick={remove} />}
      </div>
      {whyNot !== undefined && (
        <p className={styles.why}>
          {/* What the engine says of a missing key is meant for scripts; here is the field itself. */}
          {source === null ? t("providers.keyMissing") : <Sentence text={whyNot} />}
        </p>
      )}
      <Row
        label={t("providers.key")}
        value={
          <span className={styles.actions}>
            <span className={styles.quiet}>
              {source === null ? t("providers.noKey") : t(`providers.keyFrom.${source}`)}
            </span>
            <Button onClick={() => setEntering(true)}>
              {source === null ? t("providers.setKey") : t("providers.replaceKey")}
            </Button>
            {source !== null && source !== "environment" && (
              <Button variant="ghost" onClick={() => setLeaving(true)}>
                {t("providers.removeKey")}
              </Button>
            )}
            <Button
              icon={FlaskConical}
              hint={t("providers.testHint")}
              busy={test.isPending ? t("providers.testing") : undefined}
              onClick={() => test.mutate()}
            >
              {t("providers.test")}
            </Button>
          </span>
        }
      />
      {isEntering && (
        <EnterKey
          name={name}
          save={async (value) => {
            await setKey.mutateAsync(value);
            setEntering(false);
            test.mutate();
          }}
          close={() => setEntering(false)}
        />
      )}
      {test.data && <TestResult {...test.data} />}
      {test.error && (
        <Banner kind="error">
          <Sentence text={sentenceOf(test.error)} />
        </Banner>
      )}
      <Row label={t("providers.more", { name })} value={provider.effective.baseUrl ?? ""}>
        <ProviderDetails provider={provider} change={change} />
      </Row>
      <ConfirmDialog
        isOpen={isLeaving}
        onOpenChange={setLeaving}
        title={t("providers.removeKey")}
        text={t("providers.removeKeyText", { name })}
        confirm={t("providers.removeKey")}
        onConfirm={() => {
          removeKey.mutate();
          setLeaving(false);
        }}
      />
    </article>
  );
}

function useProviderKey(name: string) {
  const queries = useQueryClient();
  const onSuccess = () =>
    Promise.all([keys.settings, keys.models].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const path = { name };
  const setKey = useMutation({
    mutationFn: (value: string) =>
      data(client.PUT("/api/settings/secrets/{name}", { params: { path }, body: { value } })),
    onSuccess,
    // The key is in no cache of the page.
    gcTime: 0,
  });
  const removeKey = useMutation({
    mutationFn: () => data(client.DELETE("/api/settings/secrets/{name}", { params: { path } })),
    onSuccess,
  });
  const test = useMutation({
    mutationFn: () => data(client.POST("/api/settings/providers/{name}/test", { params: { path } })),
  });
  return { setKey, removeKey, test };
}

function TestResult({
  ok,
  message,
  model,
  latencyMs,
}: {
  ok: boolean;
  message: string;
  model?: string;
  latencyMs?: number;
}) {
  const { t } = useTranslation("settings");
  if (!ok)
    return (
      <Banner kind="error">
        <Sentence text={message} />
      </Banner>
    );
  const words = model === undefined ? message : t("providers.testOk", { model, time: duration(latencyMs) });
  return (
    <Banner kind="note" icon={CircleCheck}>
      {words}
    </Banner>
  );
}

function EnterKey({ name, save, close }: { name: string; save: (value: string) => Promise<void>; close: () => void }) {
  const { t } = useTranslation("settings");
  const [value, setValue] = useState("");
  const [error, setError] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await save(value.trim());
    } catch (refusal) {
      setError(sentenceOf(refusal));
    }
  };
  return (
    <form className={styles.setKey} onSubmit={submit}>
      <Field label={t("providers.newKey", { name })} error={error}>
        <TextField type="password" autoComplete="off" mono autoFocus value={value} onChange={setValue} />
      </Field>
      <Button onClick={close}>{t("cancel")}</Button>
      <Button type="submit" variant="primary" disabled={value.trim() === ""}>
        {t("providers.saveKey")}
      </Button>
    </form>
  );
}
