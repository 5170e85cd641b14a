// In a browser the page needs a key; without one it says how to get it, and shows nothing else.

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useConnection, useLive } from "../api/LiveContext";
import { isApiError } from "../api/problem";
import { type Admission, admission, admitWith } from "../api/session";
import { Button } from "../components/Button";
import { Field } from "../components/Field";
import { Mark } from "../components/Mark";
import { TextField } from "../components/TextField";
import styles from "./Gate.module.css";

export function Gate({ children }: { children: ReactNode }) {
  const live = useLive();
  const queries = useQueryClient();
  const connection = useConnection();
  const [state, setState] = useState<Admission | "asking" | "unreachable">("asking");
  useEffect(() => {
    admission().then(setState, () => setState("unreachable"));
  }, []);
  const isIn = state === "admitted" || state === "unreachable";
  const isRefused = connection.state === "refused" && isIn;
  const isWatching = isIn && !isRefused;
  useEffect(() => {
    if (!isWatching) return;
    const ending = new AbortController();
    void live.watchAll(ending.signal);
    return () => ending.abort();
  }, [live, isWatching]);
  if (state === "asking") return null;
  if (isIn && !isRefused) return children;
  const admit = () => {
    live.forgive();
    queries.clear();
    setState("admitted");
  };
  return <AskForKey isExpired={state === "expired" || isRefused} onAdmitted={admit} />;
}

function AskForKey({ isExpired, onAdmitted }: { isExpired: boolean; onAdmitted: () => void }) {
  const { t } = useTranslation("app");
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await admitWith(key.trim());
      onAdmitted();
    } catch (error) {
      setProblem(isApiError(error) && error.status !== 401 ? error.message : t("gate.wrong"));
    }
  };
  const [before = "", between = "", after = ""] = t("gate.how", { open: "\n", info: "\n" }).split("\n");
  return (
    <main className={styles.gate}>
      <form className={styles.card} onSubmit={submit}>
        <Mark size={32} />
        <h1 className={styles.title}>{t("gate.title")}</h1>
        {isExpired && <p role="alert">{t("gate.expired")}</p>}
        <p className={styles.how}>
          {before}
          <code>planloom serve --open</code>
          {between}
          <code>planloom api-info</code>
          {after}
        </p>
        <Field label={t("gate.key")} error={problem}>
          <TextField value={key} onChange={setKey} type="password" autoComplete="off" autoFocus mono />
        </Field>
        <Button type="submit" variant="primary" disabled={key.trim() === ""}>
          {t("gate.open")}
        </Button>
      </form>
    </main>
  );
}
