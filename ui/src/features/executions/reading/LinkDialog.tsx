// Asks before a link of a model's text is opened, and shows where it really leads.

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { shell } from "#door";

import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import styles from "./Reading.module.css";

export function LinkDialog({ address, onClose }: { address: string | null; onClose: () => void }) {
  const { t } = useTranslation("executions");
  const [problem, setProblem] = useState<string | null>(null);
  const close = () => {
    setProblem(null);
    onClose();
  };
  const open = () => {
    if (address === null) return;
    shell.openExternal(address).then(close, (error: unknown) => {
      setProblem(t("link.failed", { message: error instanceof Error ? error.message : String(error) }));
    });
  };
  return (
    <Dialog
      isOpen={address !== null}
      onOpenChange={(isOpen) => !isOpen && close()}
      title={t("link.title")}
      text={t("link.text")}
      actions={
        <>
          <Button size="dialog" onClick={() => void navigator.clipboard.writeText(address ?? "").then(close)}>
            {t("link.copy")}
          </Button>
          <Button size="dialog" variant="primary" onClick={open}>
            {t("link.open")}
          </Button>
        </>
      }
    >
      <code className={styles.address}>{address}</code>
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
    </Dialog>
  );
}
