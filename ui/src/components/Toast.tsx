// Where toasts appear: bottom centre of the content, for six seconds, or as long as somebody is at them.

import { Check, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "./Icon";
import { Kbd } from "./Kbd";
import styles from "./Toast.module.css";
import { currentToast, dismissToast, type Toast, watchToast } from "./toasts";

const SHOWN_FOR_MS = 6000;

export function ToastRegion() {
  const { t } = useTranslation("common");
  const toast = useSyncExternalStore(watchToast, currentToast);
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (toast === null) return;
    // What scrolls below gets room, so that nothing stays covered.
    document.documentElement.dataset["toast"] = "";
    return () => {
      delete document.documentElement.dataset["toast"];
    };
  }, [toast]);
  useEffect(() => {
    if (toast === null || isHeld) return;
    const timer = setTimeout(() => dismissToast(toast.id), SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [toast, isHeld]);
  return (
    <section className={styles.region} aria-label={t("notifications")}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- nothing acts here, it only stays */}
      <div
        role="status"
        className={styles.place}
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => setHeld(false)}
        onFocus={() => setHeld(true)}
        onBlur={() => setHeld(false)}
      >
        {toast && <ToastCard key={toast.id} toast={toast} />}
      </div>
    </section>
  );
}

export function ToastCard({ toast: { id, text, undo } }: { toast: Toast }) {
  const { t } = useTranslation("common");
  return (
    <div className={styles.toast}>
      <Icon icon={Check} />
      <span className={styles.text}>{text}</span>
      {undo && (
        <button
          type="button"
          className={styles.undo}
          onClick={() => {
            undo.perform();
            dismissToast(id);
          }}
        >
          {undo.label ?? t("undo")}
          {undo.keys !== undefined && <Kbd keys={undo.keys} isSilent />}
        </button>
      )}
      <button type="button" className={styles.close} aria-label={t("close")} onClick={() => dismissToast(id)}>
        <Icon icon={X} sizePx={14} />
      </button>
    </div>
  );
}
