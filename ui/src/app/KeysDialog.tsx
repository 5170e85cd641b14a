// The list of keys, made from the list of actions.

import { useTranslation } from "react-i18next";

import { ACTIONS, isActionName, keysOf } from "../actions";
import { Dialog } from "../components/Dialog";
import { Kbd } from "../components/Kbd";
import styles from "./KeysDialog.module.css";

const GROUPS = ["go", "do", "edit", "view", "help"] as const;
const NAMES = Object.keys(ACTIONS)
  .filter(isActionName)
  .filter((name) => keysOf(name) !== null);

export default function KeysDialog({
  isOpen,
  onOpenChange,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}) {
  const { t } = useTranslation("app");
  const { t: action } = useTranslation("actions");
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title={t("keys.title")} text={t("keys.description")}>
      {/* It scrolls, so the keyboard must be able to reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.groups} role="group" aria-label={t("keys.title")} tabIndex={0}>
        {GROUPS.map((group) => (
          <section key={group}>
            <h3 className={styles.heading}>{t(`palette.${group}`)}</h3>
            <dl className={styles.list}>
              {NAMES.filter((name) => ACTIONS[name].group === group).map((name) => (
                <div key={name} className={styles.row}>
                  <dt>{action(name)}</dt>
                  <dd>
                    <Kbd keys={keysOf(name) ?? ""} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
