// One execution, live: its plan on the canvas, its steps in time, and what each of them wrote.

import { usePrefetchQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { isApiError } from "../../api/problem";
import { executionQuery, timelineQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { ErrorState } from "../../components/ErrorState";
import { PageHeader } from "../../components/PageHeader";
import { Skeleton } from "../../components/Skeleton";
import styles from "./Execution.module.css";
import { ExecutionScreen } from "./ExecutionScreen";
import { shortId, useSaid } from "./words";

const route = getRouteApi("/executions/$executionId");

export default function ExecutionPage() {
  const { t } = useTranslation("executions");
  const { executionId } = route.useParams();
  const said = useSaid();
  const { data, error, refetch } = useQuery(executionQuery(executionId));
  // At the same time, because that of a large plan takes a while.
  usePrefetchQuery(timelineQuery(executionId));
  if (data) return <ExecutionScreen key={executionId} execution={data} />;
  const crumbs = [
    <Link key="all" to="/executions">
      {t("title")}
    </Link>,
  ];
  if (!error) {
    return (
      <div className={styles.page}>
        <PageHeader isMono crumbs={crumbs} title={shortId(executionId)} />
        <div className={styles.stripSkeleton} role="status" aria-label={t("reading")}>
          <Skeleton widthRem={6} heightRem={1.5} />
          <Skeleton widthRem={16} />
        </div>
      </div>
    );
  }
  const isMissing = isApiError(error) && error.status === 404;
  const { text, code } = said(error);
  return (
    <div className={styles.page}>
      <PageHeader isMono crumbs={crumbs} title={shortId(executionId)} />
      <ErrorState
        title={isMissing ? t("missing.title") : t("unreadable")}
        text={isMissing ? t("missing.text", { id: executionId }) : text}
        code={code}
        action={
          isMissing ? (
            <Link to="/executions">{t("missing.action")}</Link>
          ) : (
            <Button onClick={() => void refetch()}>{t("failedToRead.again")}</Button>
          )
        }
      />
    </div>
  );
}
