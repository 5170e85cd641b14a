// The main key: shown only when asked for, renewed only after a question.

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { shell } from "#door";

import { client, data } from "../../api/client";
import { admitWith } from "../../api/session";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Sentence } from "../../components/Sentence";
import { toast } from "../../components/toasts";
import styles from "./ApiSection.module.css";
import { CopyButton } from "./CopyButton";
import { Group } from "./parts";
import { sentenceOf } from "./useSettings";

export function MainKey() {
  const { t } = useTranslation("settings");
  const [isAsking, setAsking] = useState(false);
  // In no cache: it is gone from the page as soon as it is hidden.
  const show = useMutation({ mutationFn: () => data(client.GET("/api/settings/keys/main")), gcTime: 0 });
  const renew = useMutation({
    mutationFn: () => data(client.POST("/api/settings/keys/main/renew")),
    onSuccess: async ({ key }) => {
      // The page that renewed it stays in; all others ask for the new one.
      if (shell.kind === "browser") await admitWith(key);
      setAsking(false);
      show.reset();
      toast(t("api.renewed"));
    },
    gcTime: 0,
  });
  const problem = show.error ?? renew.error;
  return (
    <Group title={t("api.mainKey")} text={show.data ? t("api.mainKeyHint", { path: show.data.path }) : undefined}>
      <div className={styles.keyRow}>
        {show.data && (
          <>
            <code className={styles.key}>{show.data.key}</code>
            <CopyButton text={show.data.key} />
          </>
        )}
        <Button onClick={() => (show.data ? show.reset() : show.mutate())}>
          {show.data ? t("api.hide") : t("api.show")}
        </Button>
        <Button variant="ghost" onClick={() => setAsking(true)}>
          {t("api.renew")}
        </Button>
      </div>
      {problem && (
        <Banner kind="error">
          <Sentence text={sentenceOf(problem)} />
        </Banner>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        onOpenChange={setAsking}
        title={t("api.renewTitle")}
        text={t("api.renewText")}
        confirm={t("api.renew").replace("…", "")}
        busy={renew.isPending ? t("saving") : undefined}
        onConfirm={() => renew.mutate()}
      />
    </Group>
  );
}
