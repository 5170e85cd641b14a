// Where the data is, how much, its backups, and how long texts are kept.

import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { FolderOpen } from "lucide-react";
import { useTranslation } from "react-i18next";

import { shell } from "#door";

import { client, data } from "../../api/client";
import { dataQuery, keys } from "../../api/queries";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { absolute, bytes } from "../../components/format";
import { IconButton } from "../../components/IconButton";
import { Row } from "../../components/Row";
import { Sentence } from "../../components/Sentence";
import { Table, Td, Th, Tr } from "../../components/Table";
import { CopyButton } from "./CopyButton";
import { Group, Intro, Narrow, Saved, SavedNumber } from "./parts";
import styles from "./DataSection.module.css";
import { sentenceOf, useSettings } from "./useSettings";

export function DataSection() {
  const { t } = useTranslation("settings");
  const { data: stored } = useSuspenseQuery(dataQuery);
  const { settings, change, state } = useSettings();
  const reveal = shell.revealFolder;
  return (
    <>
      <Intro>{t("data.intro")}</Intro>
      <div>
        <Row
          label={t("data.folder")}
          value={
            <span className={styles.path}>
              <code>{stored.folder}</code>
              <CopyButton text={stored.folder} />
              {reveal && (
                <IconButton icon={FolderOpen} name={t("data.reveal")} onClick={() => void reveal(stored.folder)} />
              )}
            </span>
          }
        />
        <Row label={t("data.database")} value={bytes(stored.databaseBytes)} />
      </div>
      <Backup />
      <Group title={t("data.backups")}>
        {stored.backups.length === 0 ? (
          <Intro>{t("data.noBackups")}</Intro>
        ) : (
          <Table label={t("data.backups")} rowSize="list">
            <thead>
              <tr>
                <Th>{t("data.file")}</Th>
                <Th isEnd>{t("data.size")}</Th>
                <Th isEnd>{t("data.made")}</Th>
              </tr>
            </thead>
            <tbody>
              {stored.backups.map((backup) => (
                <Tr key={backup.file}>
                  <Td className={styles.file}>{backup.file}</Td>
                  <Td isEnd>{bytes(backup.bytes)}</Td>
                  <Td isEnd isQuiet>
                    {absolute(backup.createdAt)}
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Group>
      <Group title={t("data.restore")} text={t("data.restoreText")}>
        <pre className={styles.command}>planloom restore {stored.backups[0]?.file ?? "planloom-….db"}</pre>
      </Group>
      <Group>
        <Narrow>
          <SavedNumber
            label={t("data.keep")}
            hint={t("data.keepHint")}
            min={1}
            value={settings.texts.keepDays ?? null}
            save={(keepDays) => change({ texts: { keepDays } })}
          />
        </Narrow>
        <Saved state={state} />
      </Group>
    </>
  );
}

function Backup() {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const backup = useMutation({
    mutationFn: async () => {
      const stamp = new Date().toISOString().slice(0, 16).replaceAll(":", "");
      const path = shell.kind === "desktop" ? await shell.pickBackupPath(`planloom-${stamp}.db`) : null;
      // In the window no path means that the person changed their mind; in a browser the program chooses.
      if (shell.kind === "desktop" && path === null) return null;
      return data(client.POST("/api/settings/data/backup", { body: path === null ? {} : { path } }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.data }),
  });
  return (
    <Group title={t("data.backup")} text={t("data.backupText")}>
      <div>
        <Button busy={backup.isPending ? t("data.backingUp") : undefined} onClick={() => backup.mutate()}>
          {t("data.backupNow")}
        </Button>
      </div>
      {backup.data && (
        <Banner kind="note">{t("data.backedUp", { path: backup.data.path, size: bytes(backup.data.bytes) })}</Banner>
      )}
      {backup.error && (
        <Banner kind="error">
          <Sentence text={sentenceOf(backup.error)} />
        </Banner>
      )}
    </Group>
  );
}
