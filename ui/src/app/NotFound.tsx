// An address that leads nowhere.

import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";

export function NotFound() {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  return (
    <EmptyState
      isPage
      title={t("notFound.title")}
      text={t("notFound.meaning")}
      action={<Button onClick={() => void navigate({ to: "/plans" })}>{t("notFound.back")}</Button>}
    />
  );
}
