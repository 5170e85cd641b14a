// The published versions of the plan, the newest first.

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { client, list } from "../../../api/client";
import { keys } from "../../../api/queries";
import { Button } from "../../../components/Button";
import { absolute, day, timeOfDay } from "../../../components/format";
import { SkeletonRows } from "../../../components/Skeleton";
import { useEditor } from "../useEditor";
import styles from "./inspector.module.css";

/** Older ones come when they are asked for. */
const SHOWN = 10;

function versionsQuery(planId: string) {
  return queryOptions({
    // Below the plan's own key, so that publishing asks anew.
    queryKey: [...keys.plan(planId), "versions"],
    queryFn: ({ signal }) => list(client.GET("/api/plans/{id}/versions", { params: { path: { id: planId } }, signal })),
  });
}

export function Versions() {
  const { t } = useTranslation("inspector");
  const { planId, version: newest } = useEditor();
  const { data, isError, refetch } = useQuery(versionsQuery(planId));
  const [areAllShown, setAllShown] = useState(false);
  if (isError) {
    return (
      <div className={styles.versions} role="alert">
        <p className={styles.quiet}>{t("plan.versionsFailed")}</p>
        <Button size="small" onClick={() => void refetch()}>
          {t("plan.retry")}
        </Button>
      </div>
    );
  }
  if (!data) return <SkeletonRows rows={2} heightRem={1.75} label={t("plan.versionsReading")} />;
  const shown = areAllShown ? data.items : data.items.slice(0, SHOWN);
  const hidden = data.items.length - shown.length;
  return (
    <div className={styles.versions}>
      <ol>
        {shown.map(({ version, createdAt, note }) => (
          <li key={version} className={styles.version}>
            <code>{t("plan.version", { version })}</code>
            <time dateTime={createdAt} title={absolute(createdAt)}>
              {dayAndTime(createdAt)}
            </time>
            {version === newest && <span className={styles.quiet}>{t("plan.current")}</span>}
            {note !== undefined && <span className={styles.note}>{note}</span>}
          </li>
        ))}
      </ol>
      {hidden > 0 && (
        <Button size="small" variant="ghost" onClick={() => setAllShown(true)}>
          {t("plan.moreVersions", { count: hidden })}
        </Button>
      )}
    </div>
  );
}

/** `today 14:02`, `20 Nov 14:02`. */
function dayAndTime(moment: string): string {
  const shown = day(moment);
  const time = timeOfDay(moment);
  return shown.endsWith(time) ? shown : `${shown} ${time}`;
}
