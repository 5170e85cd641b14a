// What the model of a step means: aliases with provider, model id, prices and sizes; and who scores.

import { useSuspenseQuery } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { modelsQuery } from "../../api/queries";
import type { Alias, Model } from "../../api/types";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { compact, price } from "../../components/format";
import { IconButton } from "../../components/IconButton";
import { Select } from "../../components/Select";
import { Table, Td, Th, Tr } from "../../components/Table";
import { toast } from "../../components/toasts";
import { Tooltip } from "../../components/Tooltip";
import { AliasDialog } from "./AliasDialog";
import styles from "./ModelsSection.module.css";
import { Group, Intro, Narrow, Saved } from "./parts";
import { useSettings } from "./useSettings";

export function ModelsSection() {
  const { t } = useTranslation("settings");
  const { settings, change, state } = useSettings();
  const { data: models } = useSuspenseQuery(modelsQuery);
  const [editing, setEditing] = useState<{ name: string | null; alias: Alias } | null>(null);
  const known = new Map(models.items.map((model) => [model.alias, model]));
  const remove = async (name: string, alias: Alias) => {
    await change({ aliases: { [name]: null } });
    toast(t("removed", { name }), { perform: () => void change({ aliases: { [name]: alias } }) });
  };
  const names = Object.keys(settings.aliases);
  return (
    <>
      <Intro>{t("models.intro")}</Intro>
      <Table label={t("sections.models")} rowSize="table">
        <thead>
          <tr>
            <Th>{t("models.alias")}</Th>
            <Th>{t("models.modelId")}</Th>
            <Th isEnd>{t("models.input")}</Th>
            <Th isEnd>{t("models.output")}</Th>
            <Th isEnd>{t("models.context")}</Th>
            <Th width="4.5rem" isHidden>
              {t("remove")}
            </Th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(settings.aliases).map(([name, alias]) => (
            <Tr key={name}>
              <Td>
                <div className={styles.alias}>{name}</div>
                <CanRun model={known.get(name)} />
              </Td>
              <Td>
                <div className={styles.modelId}>{alias.modelId ?? t("models.firstListed")}</div>
                <div className={styles.provider}>{alias.provider}</div>
              </Td>
              <Td isEnd>{shownPrice(alias.prices?.input, t("models.unknown"))}</Td>
              <Td isEnd>{shownPrice(alias.prices?.output, t("models.unknown"))}</Td>
              <Td isEnd>{alias.contextTokens === undefined ? t("models.unknown") : compact(alias.contextTokens)}</Td>
              <Td isEnd className={styles.actions}>
                <IconButton
                  icon={Pencil}
                  size="small"
                  name={t("models.edit", { name })}
                  onClick={() => setEditing({ name, alias })}
                />
                <IconButton
                  icon={Trash2}
                  size="small"
                  name={`${t("remove")} ${name}`}
                  onClick={() => void remove(name, alias)}
                />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <div>
        <Button icon={Plus} onClick={() => setEditing({ name: null, alias: { provider: "openai" } })}>
          {t("models.addTitle")}
        </Button>
      </div>
      <Group>
        <Narrow>
          <Field label={t("models.evaluator")} hint={t("models.evaluatorHint")}>
            <Select
              value={settings.evaluator}
              options={(names.includes(settings.evaluator) ? names : [settings.evaluator, ...names]).map((name) => ({
                value: name,
                label: name,
              }))}
              mono
              onChange={(evaluator) => void change({ evaluator })}
            />
          </Field>
        </Narrow>
        <Saved state={state} />
      </Group>
      {editing && (
        <AliasDialog
          name={editing.name}
          alias={editing.alias}
          providers={Object.keys(settings.providers)}
          close={() => setEditing(null)}
          save={(name, alias) => change({ aliases: { [name]: alias } })}
        />
      )}
    </>
  );
}

function CanRun({ model }: { model: Model | undefined }) {
  const { t } = useTranslation("settings");
  if (!model) return null;
  const word = (
    <span className={model.canRun ? styles.can : styles.cannot}>
      {t(model.canRun ? "models.canRun" : "models.cannotRun")}
    </span>
  );
  return model.whyNot === undefined ? word : <Tooltip text={model.whyNot}>{word}</Tooltip>;
}

function shownPrice(usd: number | undefined, unknown: string): string {
  return usd === undefined ? unknown : price(usd);
}
