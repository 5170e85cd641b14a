// The bar of a lost connection: what is on the screen stays readable, with its time.

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useConnection, useLive } from "../api/LiveContext";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { timeOfDayExactly } from "../components/format";

/** A connection that is back within this was hardly gone. */
const SILENT_FOR_MS = 400;

export function OfflineBar() {
  const { t } = useTranslation("app");
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
  const time = timeOfDayExactly(connection.sinceMs);
  return (
    <Banner kind="offline" action={<Button onClick={live.retry}>{t("offline.now")}</Button>}>
      {t("offline.lost", { time })}
    </Banner>
  );
}
