// Where model calls go: each provider with its key, its test and its details; servers found on this machine; consent.

import { useQuery } from "@tanstack/react-query";
import { Plus, ServerCog } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { foundQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Icon } from "../../components/Icon";
import { TextField } from "../../components/TextField";
import { toast } from "../../components/toasts";
import { Group, Intro, Pair, Saved } from "./parts";
import { ProviderCard } from "./ProviderCard";
import styles from "./ProvidersSection.module.css";
import { Simulator } from "./Simulator";
import { type Patch, sentenceOf, useSettings } from "./useSettings";

export function ProvidersSection() {
  const { t } = useTranslation("settings");
  const { settings, change, state } = useSettings();
  const { where, reason } = settings.secrets;
  const place = where === "keychain" ? t("providers.keychain") : t("providers.file");
  const remove = async (name: string) => {
    const { secret: _, effective: __, ...provider } = settings.providers[name] ?? { secret: null, effective: null };
    await change({ providers: { [name]: null } });
    toast(t("removed", { name }), { perform: () => void change({ providers: { [name]: provider } }) });
  };
  return (
    <>
      <Intro>
        {t("providers.intro", { place })}
        {where !== "keychain" && reason !== undefined && <> {t("providers.noKeychain", { reason })}</>}
      </Intro>
      <div>
        {Object.entries(settings.providers)
          .filter(([, provider]) => provider.kind !== "simulator")
          .map(([name, provider]) => (
            <ProviderCard
              key={name}
              name={name}
              provider={provider}
              change={(patch) => change({ providers: { [name]: patch } })}
              remove={name === "anthropic" || name === "openai" ? null : () => void remove(name)}
            />
          ))}
      </div>
      <Saved state={state} />
      <AddServer
        names={Object.keys(settings.providers)}
        addresses={Object.values(settings.providers).flatMap((provider) => provider.effective.baseUrl ?? [])}
        add={(name, patch) => change({ providers: { [name]: patch } })}
      />
      <Simulator settings={settings} change={change} />
    </>
  );
}

function AddServer({
  names,
  addresses,
  add,
}: {
  names: readonly string[];
  addresses: readonly string[];
  add: (name: string, patch: Patch) => Promise<void>;
}) {
  const { t } = useTranslation("settings");
  const { data: found } = useQuery(foundQuery);
  const [name, setName] = useState("");
  const [baseUrl, setBaseUrl] = useState("");
  const [error, setError] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await add(name.trim(), { kind: "openai", baseUrl: baseUrl.trim() });
      setName("");
      setBaseUrl("");
      setError(undefined);
    } catch (refusal) {
      setError(sentenceOf(refusal));
    }
  };
  const use = (server: { name: string; baseUrl: string }) => {
    const bare = server.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");
    const free = names.includes(bare) ? `${bare}-2` : bare;
    void add(free, { kind: "openai", baseUrl: server.baseUrl }).catch((refusal: unknown) =>
      setError(sentenceOf(refusal)),
    );
  };
  return (
    <Group title={t("providers.addTitle")} text={t("providers.addText")}>
      {found && found.items.length > 0 && (
        <ul className={styles.found} aria-label={t("providers.found")}>
          {found.items.map((server) => (
            <li key={server.baseUrl} className={styles.server}>
              <Icon icon={ServerCog} />
              <span className={styles.grow}>
                {server.name}, {t("providers.foundModels", { count: server.models.length })}
                <code className={styles.address}>{server.baseUrl}</code>
              </span>
              {addresses.includes(server.baseUrl) ? (
                <span className={styles.quiet}>{t("providers.inUse")}</span>
              ) : (
                <Button onClick={() => use(server)}>{t("providers.use")}</Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <form className={styles.add} onSubmit={submit}>
        <Pair>
          <Field label={t("providers.name")} hint={t("providers.nameHint")} error={error}>
            <TextField value={name} onChange={setName} mono placeholder="ollama" />
          </Field>
          <Field label={t("providers.baseUrl")} hint={t("providers.addressHint")}>
            <TextField value={baseUrl} onChange={setBaseUrl} mono placeholder="http://127.0.0.1:11434/v1" />
          </Field>
        </Pair>
        <div>
          <Button type="submit" icon={Plus} disabled={name.trim() === "" || baseUrl.trim() === ""}>
            {t("add")}
          </Button>
        </div>
      </form>
    </Group>
  );
}
