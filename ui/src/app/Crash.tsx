// A screen that broke: what it means, and a way on. Nothing of the engine is lost by it.

import type { ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Button } from "../components/Button";
import { ErrorState } from "../components/ErrorState";

export function Crash({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation("app");
  return (
    <ErrorState
      isPage
      title={t("crash.title")}
      text={t("crash.meaning")}
      code={error instanceof Error ? error.message : String(error)}
      action={<Button onClick={reset}>{t("crash.retry")}</Button>}
    />
  );
}
