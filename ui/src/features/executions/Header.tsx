// The head of an execution: where one is, and what can be done with it as a whole.

import { Link } from "@tanstack/react-router";
import { Check, Copy, Download, RotateCcw, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { shell } from "#door";

import { useAction } from "../../actions";
import type { Execution } from "../../api/types";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { Chip } from "../../components/Chip";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { absolute, day } from "../../components/format";
import { IconButton } from "../../components/IconButton";
import { HeaderLine, PageHeader } from "../../components/PageHeader";
import styles from "./Header.module.css";
import { executionJson, useCancel, useResume } from "./mutations";
import { RaiseBudget } from "./RaiseBudget";
import { useMedia } from "../../components/useMedia";
import { shortId, useSaid } from "./words";

const COPIED_FOR_MS = 2_000;

export function Header({ execution, views }: { execution: Execution; views?: React.ReactNode }) {
  const { t } = useTranslation("executions");
  const { id, planId, planName, planVersion, startedAt, createdAt } = execution;
  const exporting = useExport(execution);
  const cancel = useCancel(id);
  const resume = useResume(id);
  const said = useSaid();
  const started = startedAt ?? createdAt;
  const isNarrow = useMedia("(max-width: 1023px)");
  return (
    <>
      <PageHeader
        isMono
        crumbs={[
          ...(isNarrow
            ? []
            : [
                <Link key="plans" to="/plans">
                  {t("header.plans")}
                </Link>,
              ]),
          <Link key="plan" to="/plans/$planId" params={{ planId }}>
            {planName}
          </Link>,
        ]}
        title={<span title={id}>{shortId(id)}</span>}
        state={
          <>
            <CopyId id={id} />
            <Chip>{t("header.version", { version: planVersion })}</Chip>
            {!isNarrow && (
              <span className={styles.started} title={absolute(started)}>
                {t("header.started", { when: day(started) })}
              </span>
            )}
            {execution.textsDeleted === true && <span>{t("header.textsDeleted")}</span>}
          </>
        }
        views={views}
        actions={
          <>
            <Button
              variant="ghost"
              icon={Download}
              wordGoes
              busy={exporting.isBusy ? t("header.exporting") : undefined}
              onClick={exporting.start}
            >
              {t("header.export")}
            </Button>
            {execution.status !== "completed" && <HeaderLine />}
            <CancelButton execution={execution} cancel={cancel} />
            <ResumeButton execution={execution} resume={resume} />
          </>
        }
      />
      {exporting.problem !== null && (
        <Banner kind="error">{t("header.exportFailed", { message: exporting.problem })}</Banner>
      )}
      {cancel.error && <Banner kind="error">{t("cancelFailed", { message: said(cancel.error).text })}</Banner>}
      {resume.error && <Banner kind="error">{t("resumeFailed", { message: said(resume.error).text })}</Banner>}
    </>
  );
}

function CopyId({ id }: { id: string }) {
  const { t } = useTranslation("executions");
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <IconButton
      size="small"
      icon={isCopied ? Check : Copy}
      name={isCopied ? t("header.copied") : t("header.copyId", { id })}
      onClick={() => void navigator.clipboard.writeText(id).then(() => setCopied(true))}
    />
  );
}

function useExport({ id, planName }: Execution) {
  const { t } = useTranslation("executions");
  const said = useSaid();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const start = () => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    const name = `${planName.replace(/[^\p{L}\p{N}._-]+/gu, "-")}-${id.slice(-6)}.json`;
    executionJson(id)
      .then((json) => shell.saveFile(name, json, { name: "JSON", extensions: ["json"] }))
      .catch((error: unknown) => setProblem(said(error).text))
      .finally(() => setBusy(false));
  };
  useAction("execution.exportJson", start, isBusy ? t("header.exporting") : undefined);
  return { isBusy, problem, start };
}

function CancelButton({ execution, cancel }: { execution: Execution; cancel: ReturnType<typeof useCancel> }) {
  const { t } = useTranslation("executions");
  const [isAsking, setAsking] = useState(false);
  const isOver = execution.completedAt !== undefined;
  useAction("execution.cancel", () => setAsking(true), isOver ? t("cannotCancel") : undefined);
  if (isOver) return null;
  return (
    <>
      <Button icon={Square} onClick={() => setAsking(true)}>
        {t("header.cancel")}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onOpenChange={setAsking}
        title={t("cancelDialog.title")}
        text={<Lost execution={execution} />}
        confirm={t("cancelDialog.confirm")}
        dismiss={t("cancelDialog.dismiss")}
        busy={cancel.isPending ? t("cancelDialog.busy") : undefined}
        onConfirm={() => cancel.mutate(undefined, { onSettled: () => setAsking(false) })}
      />
    </>
  );
}

/** What cancelling keeps and what it loses, in numbers. */
function Lost({ execution }: { execution: Execution }) {
  const { t } = useTranslation("executions");
  const statuses = Object.values(execution.steps ?? {}).map((step) => step.status);
  const count = (...wanted: typeof statuses) => statuses.filter((status) => wanted.includes(status)).length;
  const parts = [
    ["kept", count("completed")],
    ["aborted", count("running")],
    ["approvals", count("awaiting_approval")],
    ["pending", count("pending", "queued")],
  ] as const;
  return (
    <>
      {parts
        .filter(([, many]) => many > 0)
        .map(([name, many]) => (
          <span key={name} className={styles.lost}>
            {t(`cancelDialog.${name}`, { count: many })}
          </span>
        ))}
      <span className={styles.lost}>{t("cancelDialog.resumable")}</span>
    </>
  );
}

function ResumeButton({ execution, resume }: { execution: Execution; resume: ReturnType<typeof useResume> }) {
  const { t } = useTranslation("executions");
  const [isRaising, setRaising] = useState(false);
  const budget = execution.pausedReasons?.find((reason) => reason.kind === "budget");
  const whyNot = useWhyNotResume(execution, budget !== undefined);
  const start = () => (budget ? setRaising(true) : resume.mutate(null));
  useAction("execution.resume", start, whyNot);
  if (budget) {
    return (
      <RaiseBudget execution={execution} reason={budget} resume={resume} isOpen={isRaising} onOpenChange={setRaising} />
    );
  }
  if (execution.status !== "failed" && execution.status !== "cancelled") return null;
  return (
    <Button
      variant="primary"
      icon={RotateCcw}
      whyNot={whyNot}
      busy={resume.isPending ? t("header.resuming") : undefined}
      onClick={() => resume.mutate(null)}
    >
      {t("header.resume")}
    </Button>
  );
}

function useWhyNotResume(execution: Execution, isShort: boolean): string | undefined {
  const { t } = useTranslation("executions");
  if (execution.textsDeleted === true) return t("cannotResume.texts");
  switch (execution.status) {
    case "failed":
    case "cancelled":
      return undefined;
    case "paused":
      return isShort ? undefined : t("cannotResume.approval");
    case "completed":
      return t("cannotResume.completed");
    case "pending":
    case "running":
      return t("cannotResume.running");
  }
}
