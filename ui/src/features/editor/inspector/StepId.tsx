// The id of a step: its rule is said while it is written, and the rename follows when the field is left.

import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { TextField } from "../../../components/TextField";
import { idFault } from "../model/ids";
import { useFocusRequest } from "../prompt/useFocusRequest";
import { useEditor } from "../useEditor";
import styles from "./inspector.module.css";

export function StepId({ id, onRename }: { id: string; onRename: (to: string) => void }) {
  const { t } = useTranslation("inspector");
  const { plan, perform, select, idFocus } = useEditor();
  const [written, setWritten] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const ruleId = useId();
  const text = written ?? id;
  const fault = written === null ? null : idFault(text, plan, id);
  // After `S` the new step's id is there to be written over.
  useFocusRequest("id", idFocus, () => {
    input.current?.focus();
    input.current?.select();
  });
  const leave = () => {
    setWritten(null);
    if (written === null || written === id || idFault(written, plan, id) !== null) return;
    onRename(written);
    perform({ kind: "renameStep", id, to: written });
    select([written]);
  };
  return (
    <>
      <TextField
        ref={input}
        aria-label={t("id.label")}
        aria-describedby={fault === null ? undefined : ruleId}
        isInvalid={fault !== null}
        value={text}
        onChange={setWritten}
        mono
        isStrong
        autoComplete="off"
        autoCapitalize="off"
        maxLength={200}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            leave();
          }
          if (event.key === "Escape" && written !== null) {
            event.stopPropagation();
            setWritten(null);
          }
        }}
      />
      {fault !== null && (
        <p id={ruleId} className={styles.rule} role="alert">
          {t(`id.fault.${fault}`)} <span className={styles.quiet}>{t("id.kept", { id })}</span>
        </p>
      )}
    </>
  );
}
