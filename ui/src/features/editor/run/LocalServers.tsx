// The model servers of this machine that answered, each with a way to use it.

import { HardDrive } from "lucide-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { client, list } from "../../../api/client";
import type { Settings } from "../../../api/types";
import { Button } from "../../../components/Button";
import { Icon } from "../../../components/Icon";
import styles from "./Connect.module.css";
import { canAnswer, type StepModel } from "./readiness";
import { useConnect } from "./useConnect";

/** Servers come and go, so they are looked for whenever somebody looks. */
const foundQuery = queryOptions({
  queryKey: ["providers", "found"],
  queryFn: ({ signal }) => list(client.GET("/api/settings/providers/found", { signal })),
  staleTime: 0,
});

export function LocalServers({ steps, settings }: { steps: readonly StepModel[]; settings: Settings }) {
  const { t } = useTranslation("run");
  const { data: found } = useQuery(foundQuery);
  const { takeServer } = useConnect(steps, settings);
  return (
    <>
      {found?.items.map((server) => (
        <div key={server.baseUrl} className={styles.row}>
          <Icon icon={HardDrive} />
          <span className={styles.words}>
            {canAnswer(server)
              ? t("server.found", { name: server.name, count: server.models.length })
              : t("server.noModels", { name: server.name })}
          </span>
          {canAnswer(server) && (
            <Button
              size="small"
              aria-label={t("server.useName", { name: server.name })}
              busy={
                takeServer.isPending && takeServer.variables.baseUrl === server.baseUrl ? t("server.using") : undefined
              }
              onClick={() => takeServer.mutate(server)}
            >
              {t("server.use")}
            </Button>
          )}
        </div>
      ))}
      {takeServer.error && (
        <p className={styles.error} role="alert">
          {takeServer.error.message.replaceAll("`", "")}
        </p>
      )}
    </>
  );
}
