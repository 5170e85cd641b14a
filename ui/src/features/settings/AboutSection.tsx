// What runs here.

import { useSuspenseQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { healthQuery } from "../../api/queries";
import { elapsed } from "../../components/format";
import { Row } from "../../components/Row";
import { Intro } from "./parts";

export function AboutSection() {
  const { t } = useTranslation("settings");
  const { data: health } = useSuspenseQuery(healthQuery);
  return (
    <>
      <Intro>{t("about.promise")}</Intro>
      <div>
        <Row label={t("about.version")} value={`Planloom ${health.version}`} />
        <Row label={t("about.status")} value={t(`about.statuses.${health.status}`)} />
        <Row label={t("about.running")} value={elapsed(health.uptimeMs)} />
        <Row label={t("about.licence")} value={t("about.licenceText")} />
      </div>
    </>
  );
}
