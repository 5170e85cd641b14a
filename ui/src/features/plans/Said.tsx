// What has to be said above the plans: an act that did not succeed, a clipboard that cannot be read.

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { isApiError } from "../../api/problem";
import { Banner, type BannerKind } from "../../components/Banner";
import { Button } from "../../components/Button";
import { useKeyNames } from "../../components/Kbd";
import { Sentence } from "../../components/Sentence";
import styles from "./PlansPage.module.css";
import type { Failed } from "./usePlanActs";

export function FailedAct({ failed: { act, name, error }, onClose }: { failed: Failed; onClose: () => void }) {
  const { t } = useTranslation("plans");
  return (
    <Closable kind="error" onClose={onClose}>
      {t(`failed.${act}`, { name })} <Sentence text={error instanceof Error ? error.message : String(error)} />{" "}
      {isApiError(error) && <code>{error.code}</code>}
    </Closable>
  );
}

export function CannotPaste({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("plans");
  const keys = useKeyNames("Mod+V").join(" ");
  return (
    <Closable kind="note" onClose={onClose}>
      {t("failed.clipboard", { keys })}
    </Closable>
  );
}

function Closable({ kind, onClose, children }: { kind: BannerKind; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation("plans");
  return (
    <div className={styles.banner}>
      <Banner kind={kind} action={<Button onClick={onClose}>{t("refused.close")}</Button>}>
        {children}
      </Banner>
    </div>
  );
}
