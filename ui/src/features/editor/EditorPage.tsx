// The page of one plan: reads what the engine has, then hands over to the editor.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { isApiError } from "../../api/problem";
import { Button } from "../../components/Button";
import { ErrorState } from "../../components/ErrorState";
import { openPlan } from "./editorDoor";
import { EditorPageLoading } from "./EditorPageLoading";
import { EditorPageView } from "./EditorPageView";

const route = getRouteApi("/plans/$planId");

export default function EditorPage() {
  const { planId } = route.useParams();
  return <Plan key={planId} planId={planId} />;
}

function Plan({ planId }: { planId: string }) {
  const queries = useQueryClient();
  // Each opening reads anew: what an earlier one left in the cache may be older than its own last save.
  const [openId] = useState(() => crypto.randomUUID());
  const opened = useQuery({
    queryKey: ["editor", planId, openId],
    queryFn: () => openPlan(planId, queries),
    gcTime: 0,
    // What is edited is the page's own from here on.
    staleTime: "static",
    structuralSharing: false,
  });
  if (opened.data) return <EditorPageView planId={planId} start={opened.data} />;
  if (opened.error) return <Unreadable error={opened.error} retry={() => void opened.refetch()} />;
  return <EditorPageLoading />;
}

function Unreadable({ error, retry }: { error: Error; retry: () => void }) {
  const { t } = useTranslation("editor");
  if (isApiError(error) && error.status === 404) {
    return (
      <ErrorState
        isPage
        title={t("notFound.title")}
        text={t("notFound.text")}
        code={error.code}
        action={<Link to="/plans">{t("notFound.back")}</Link>}
      />
    );
  }
  return (
    <ErrorState
      isPage
      title={t("unreadable.title")}
      text={isApiError(error) ? error.message : t("unreadable.offline")}
      code={isApiError(error) ? error.code : null}
      action={<Button onClick={retry}>{t("unreadable.retry")}</Button>}
    />
  );
}
