// Keys with less than all rights. A new one is shown once.

import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { client, data } from "../../api/client";
import { apiKeysQuery, keys } from "../../api/queries";
import type { ApiKey } from "../../api/types";
import { Button } from "../../components/Button";
import { Checkbox } from "../../components/Checkbox";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { day } from "../../components/format";
import { IconButton } from "../../components/IconButton";
import { Table, Td, Th, Tr } from "../../components/Table";
import { TextField } from "../../components/TextField";
import styles from "./ApiSection.module.css";
import { CopyButton } from "./CopyButton";
import { Group, Intro } from "./parts";
import { sentenceOf } from "./useSettings";

const SCOPES = ["read", "run", "review"] as const;
type Scope = (typeof SCOPES)[number];

export function Keys() {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const { data: found } = useSuspenseQuery(apiKeysQuery);
  const [isMaking, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const remove = useMutation({
    mutationFn: (id: string) => data(client.DELETE("/api/settings/keys/{id}", { params: { path: { id } } })),
    onSettled: () => {
      setLeaving(null);
      return queries.invalidateQueries({ queryKey: keys.apiKeys });
    },
  });
  return (
    <Group title={t("api.keys")} text={t("api.keysText")}>
      {found.items.length === 0 ? (
        <Intro>{t("api.noKeys")}</Intro>
      ) : (
        <Table label={t("api.keys")} rowSize="list">
          <thead>
            <tr>
              <Th>{t("api.keyName")}</Th>
              <Th>{t("api.scopes")}</Th>
              <Th isEnd>{t("api.lastUsed")}</Th>
              <Th width="3rem" isHidden>
                {t("remove")}
              </Th>
            </tr>
          </thead>
          <tbody>
            {found.items.map((key) => (
              <Tr key={key.id}>
                <Td className={styles.name}>{key.name}</Td>
                <Td>{key.scopes.map((scope) => t(`api.scope.${scope}`)).join(", ")}</Td>
                <Td isEnd isQuiet>
                  {key.lastUsedAt == null ? t("api.neverUsed") : day(key.lastUsedAt)}
                </Td>
                <Td isEnd>
                  <IconButton
                    icon={Trash2}
                    size="small"
                    name={t("api.delete", { name: key.name })}
                    onClick={() => setLeaving(key)}
                  />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      <div>
        <Button icon={Plus} onClick={() => setMaking(true)}>
          {t("api.create")}
        </Button>
      </div>
      {isMaking && <MakeKey close={() => setMaking(false)} />}
      <ConfirmDialog
        isOpen={leaving !== null}
        onOpenChange={() => setLeaving(null)}
        title={t("api.deleteTitle", { name: leaving?.name ?? "" })}
        text={t("api.deleteText")}
        confirm={t("api.delete", { name: leaving?.name ?? "" })}
        onConfirm={() => {
          if (leaving) remove.mutate(leaving.id);
        }}
      />
    </Group>
  );
}

function MakeKey({ close }: { close: () => void }) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const make = useMutation({
    mutationFn: () => data(client.POST("/api/settings/keys", { body: { name: name.trim(), scopes } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.apiKeys }),
    gcTime: 0,
  });
  if (make.data) {
    const key = make.data.key ?? "";
    return (
      <Dialog
        isOpen
        onOpenChange={close}
        title={t("api.newKeyTitle", { name: make.data.name })}
        text={t("api.newKeyText")}
        actions={
          <Button size="dialog" variant="primary" onClick={close}>
            {t("api.done")}
          </Button>
        }
      >
        <div className={styles.keyRow}>
          <code className={styles.key}>{key}</code>
          <CopyButton text={key} />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title={t("api.createTitle")}
      actions={
        <>
          <Button size="dialog" onClick={close}>
            {t("cancel")}
          </Button>
          <Button
            size="dialog"
            variant="primary"
            disabled={name.trim() === "" || scopes.length === 0}
            onClick={() => make.mutate()}
          >
            {t("api.create")}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <Field label={t("api.keyName")} error={make.error ? sentenceOf(make.error) : undefined}>
          <TextField value={name} onChange={setName} autoFocus />
        </Field>
        <div className={styles.scopes} role="group" aria-label={t("api.scopes")}>
          {SCOPES.map((scope) => (
            <Checkbox
              key={scope}
              checked={scopes.includes(scope)}
              onChange={(isOn) => setScopes(SCOPES.filter((one) => (one === scope ? isOn : scopes.includes(one))))}
            >
              {t(`api.scope.${scope}`)}
            </Checkbox>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
