// The bar of a lost connection: what is on the screen stays readable, with its time.

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useConnection, useLive } from "../api/LiveContext";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";

/** A connection that is back within this was hardly gone. */
const SILENT_FOR_MS = 400;

export function OfflineBar() {
  const { t, i18n } = useTranslation("app");
  const connection = useConnection();
  const live = useLive();
  const isLost = connection.state === "lost";
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isLost) return;
    const timer = setTimeout(() => setShown(true), SILENT_FOR_MS);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [isLost]);
  if (!isShown || connection.state !== "lost") return null;
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: "medium" }).format(connection.sinceMs);
  return (
    <Banner kind="offline" action={<Button onClick={live.retry}>{t("offline.now")}</Button>}>
      {t("offline.lost", { time })}
    </Banner>
  );
}
