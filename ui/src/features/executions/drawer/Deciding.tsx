// The first form of deciding: what waits, why, and the two verdicts. Every decision names the text that it judged.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../../actions";
import { isApiError } from "../../../api/problem";
import { approvalQuery, keys } from "../../../api/queries";
import type { Approval } from "../../../api/types";
import { Banner } from "../../../components/Banner";
import { Button } from "../../../components/Button";
import { Field } from "../../../components/Field";
import { ago, score, timeLeft } from "../../../components/format";
import { Segmented } from "../../../components/Segmented";
import { TextArea } from "../../../components/TextArea";
import { toast } from "../../../components/toasts";
import { useDecide, useTakeBack, type Verdict } from "../mutations";
import { useNow } from "../useNow";
import { useSaid } from "../words";
import styles from "./Deciding.module.css";

export function Deciding({ taskId, stepId, threshold }: { taskId: string; stepId: string; threshold: number | null }) {
  const { t } = useTranslation("executions");
  const { data: approval, error } = useQuery(approvalQuery(taskId));
  const said = useSaid();
  if (error && !approval) {
    return (
      <section className={styles.deciding}>
        <Banner kind="error">{`${t("decide.unreadable")}. ${said(error).text}`}</Banner>
      </section>
    );
  }
  if (!approval) return null;
  return (
    <section className={styles.deciding} aria-label={t("decide.label", { step: stepId })}>
      <Decision approval={approval} threshold={threshold} />
    </section>
  );
}

/** What was wrong with a decision stays in sight when somebody else's takes its place. */
function Decision({ approval, threshold }: { approval: Approval; threshold: number | null }) {
  const verdict = useVerdict(approval);
  const isOpen = approval.status === "pending" || approval.status === "expired";
  return (
    <>
      {verdict.problem !== null && <Banner kind="error">{verdict.problem}</Banner>}
      {isOpen ? <Open approval={approval} threshold={threshold} verdict={verdict} /> : <Held approval={approval} />}
    </>
  );
}

function Open({
  approval,
  threshold,
  verdict: { decide, busy },
}: {
  approval: Approval;
  threshold: number | null;
  verdict: ReturnType<typeof useVerdict>;
}) {
  const { t } = useTranslation("executions");
  const { taskId, stepId, outputHash } = approval;
  const [isRejecting, setRejecting] = useState(false);
  const approve = () => decide({ kind: "approve" }, outputHash);
  useAction("approval.approve", approve, busy === null && !isRejecting ? undefined : t("decide.approving"));
  useAction("approval.reject", () => setRejecting(true));
  return (
    <>
      <Why approval={approval} threshold={threshold} />
      {isRejecting ? (
        <Rejecting
          key={taskId}
          isBusy={busy === "reject"}
          onBack={() => setRejecting(false)}
          onReject={(verdict) => decide(verdict, outputHash)}
        />
      ) : (
        <div className={styles.buttons}>
          <Button variant="reject" size="decision" keys="R" onKeyDown={ignoreHeld} onClick={() => setRejecting(true)}>
            {t("decide.reject")}
          </Button>
          <Button
            variant="primary"
            size="decision"
            keys="A"
            className={styles.main}
            onKeyDown={ignoreHeld}
            busy={busy === "approve" ? t("decide.approving") : undefined}
            onClick={approve}
          >
            {t("decide.approve", { step: stepId })}
          </Button>
        </div>
      )}
    </>
  );
}

/** A key that is held down never decides. */
function ignoreHeld(event: React.KeyboardEvent): void {
  if (event.repeat && (event.key === "Enter" || event.key === " ")) event.preventDefault();
}

function Why({ approval, threshold }: { approval: Approval; threshold: number | null }) {
  const { t } = useTranslation("executions");
  const nowMs = useNow(approval.timeoutAt !== null, "slow");
  const dueMs = approval.timeoutAt === null ? null : Date.parse(approval.timeoutAt) - nowMs;
  const due =
    approval.expired || (dueMs !== null && dueMs <= 0)
      ? t("decide.overdue")
      : dueMs === null
        ? ""
        : t("decide.due", { time: timeLeft(dueMs) });
  return (
    <p className={styles.why}>
      <span>
        {t(`decide.${approval.reason}`)} {due}
      </span>
      {approval.confidence !== null && (
        <span className={styles.score}>
          {threshold === null
            ? score(approval.confidence)
            : t("decide.score", { score: score(approval.confidence), threshold: score(threshold) })}
        </span>
      )}
    </p>
  );
}

function Rejecting({
  isBusy,
  onBack,
  onReject,
}: {
  isBusy: boolean;
  onBack: () => void;
  onReject: (verdict: Verdict) => void;
}) {
  const { t } = useTranslation("executions");
  const [reason, setReason] = useState("");
  const [then, setThen] = useState<"retry" | "stop">("retry");
  const [prompt, setPrompt] = useState("");
  const [isMissing, setMissing] = useState(false);
  const thenId = useId();
  useEffect(() => {
    // Before the drawer hears of it, which would close.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      onBack();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  });
  const reject = () => {
    if (reason.trim() === "") return setMissing(true);
    const retryPrompt = then === "retry" && prompt.trim() !== "" ? prompt : null;
    onReject({ kind: "reject", reason: reason.trim(), retry: then === "retry", retryPrompt });
  };
  return (
    <form
      className={styles.rejecting}
      onSubmit={(event) => {
        event.preventDefault();
        reject();
      }}
    >
      <Field label={t("decide.reason")} isRequired error={isMissing ? t("decide.reasonMissing") : null}>
        <TextArea
          value={reason}
          rows={2}
          isGrowing
          autoFocus
          onChange={(next) => {
            setReason(next);
            setMissing(false);
          }}
        />
      </Field>
      <div className={styles.then} aria-labelledby={thenId} role="group">
        <span id={thenId} className={styles.label}>
          {t("decide.then")}
        </span>
        <Segmented
          label={t("decide.then")}
          value={then}
          onChange={setThen}
          options={[
            { value: "retry", label: t("decide.retry") },
            { value: "stop", label: t("decide.stop") },
          ]}
        />
      </div>
      <p className={styles.hint}>{then === "retry" ? t("decide.retryHint") : t("decide.stopHint")}</p>
      {then === "retry" && (
        <Field label={t("decide.retryPrompt")} hint={t("decide.retryPromptHint")}>
          <TextArea value={prompt} rows={2} mono isGrowing onChange={setPrompt} />
        </Field>
      )}
      <div className={styles.buttons}>
        <Button size="dialog" onClick={onBack}>
          {t("decide.back")}
        </Button>
        <Button
          type="submit"
          size="dialog"
          variant="reject"
          className={styles.main}
          busy={isBusy ? t("decide.rejecting") : undefined}
        >
          {then === "retry" ? t("decide.confirmRetry") : t("decide.confirmStop")}
        </Button>
      </div>
    </form>
  );
}

/** Decided, but the effect is still held so that it can be taken back. */
function Held({ approval }: { approval: Approval }) {
  const { t } = useTranslation("executions");
  const takeBack = useUndo(approval.taskId, approval.stepId);
  if (!approval.decision || approval.status !== "held") return null;
  const { decision } = approval.decision;
  return (
    <div className={styles.held}>
      <span>{decision === "approved" ? t("decide.heldApproved") : t("decide.heldRejected")}</span>
      <Button size="small" onClick={takeBack}>
        {t("decide.undo")}
      </Button>
    </div>
  );
}

function useUndo(taskId: string, stepId: string): () => void {
  const { t } = useTranslation("executions");
  const said = useSaid();
  const { mutate } = useTakeBack(taskId);
  const queries = useQueryClient();
  return () =>
    mutate(undefined, {
      onSuccess: () => toast(t("decide.undone", { step: stepId })),
      onError: (error) => toast(t("decide.undoFailed", { message: said(error).text })),
      onSettled: () => void queries.invalidateQueries({ queryKey: keys.approval(taskId) }),
    });
}

/** Decides, and puts into words why a decision did not come about. */
function useVerdict({ taskId, stepId }: Approval) {
  const { t } = useTranslation("executions");
  const queries = useQueryClient();
  const said = useSaid();
  const undo = useUndo(taskId, stepId);
  const { mutate, isPending, variables, error } = useDecide(taskId);
  const decide = (verdict: Verdict, outputHash: string) => {
    if (isPending) return;
    mutate(
      { verdict, outputHash },
      {
        onSuccess: () => {
          const name = verdict.kind === "approve" ? "decide.approved" : "decide.rejected";
          toast(t(name, { step: stepId }), { label: t("decide.undo"), perform: undo });
        },
        onError: (cause) => {
          // The place of this message goes as soon as that decision takes effect.
          if (isApiError(cause, "APPROVAL_ALREADY_DECIDED")) toast(problemOf(cause));
        },
        onSettled: () => void queries.invalidateQueries({ queryKey: keys.approval(taskId) }),
      },
    );
  };
  const problem = error ? problemOf(error) : null;
  const busy = isPending ? (variables?.verdict.kind ?? null) : null;
  return { decide, problem, busy };

  function problemOf(cause: Error): string {
    if (isApiError(cause, "STALE_APPROVAL")) return t("decide.stale");
    if (isApiError(cause, "APPROVAL_ALREADY_DECIDED")) {
      const first = decisionIn(cause.details);
      if (first) return t(first.isApproved ? "decide.already" : "decide.alreadyRejected", { when: ago(first.at) });
    }
    return t("decide.failed", { message: said(cause).text });
  }
}

/** The first decision, as the refusal of a second one carries it. */
function decisionIn(details: unknown): { isApproved: boolean; at: string } | null {
  if (typeof details !== "object" || details === null || !("decision" in details)) return null;
  const { decision } = details;
  if (typeof decision !== "object" || decision === null || !("decision" in decision)) return null;
  if (!("at" in decision) || typeof decision.at !== "string") return null;
  return { isApproved: decision.decision === "approved", at: decision.at };
}
