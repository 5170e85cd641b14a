// The rail: where one can go. Only what works is in it.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Activity, type LucideIcon, PlugZap, Settings2, Unplug, Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";

import { keysOf } from "../actions";
import { listenerQuery } from "../api/queries";
import { Mark } from "../components/Mark";
import { Tooltip } from "../components/Tooltip";
import styles from "./Rail.module.css";

export function Rail() {
  const { t } = useTranslation("app");
  const { t: action } = useTranslation("actions");
  const { data: listener } = useQuery(listenerQuery);
  return (
    <nav className={styles.rail} aria-label={t("rail.label")}>
      <span className={styles.mark}>
        <Mark size={28} />
      </span>
      <Tooltip text={action("go.plans")} keys={keysOf("go.plans")} side="right">
        <Link to="/plans" className={styles.item} activeProps={{ className: styles.active }}>
          <Item icon={Workflow} word={t("rail.plans")} />
        </Link>
      </Tooltip>
      <Tooltip text={action("go.executions")} keys={keysOf("go.executions")} side="right">
        <Link to="/executions" className={styles.item} activeProps={{ className: styles.active }}>
          <Item icon={Activity} word={t("rail.executions")} />
        </Link>
      </Tooltip>
      <span className={styles.space} />
      {listener && (
        <Link to="/settings/$section" params={{ section: "api" }} className={styles.item}>
          <Item
            icon={listener.listening ? PlugZap : Unplug}
            word={listener.listening ? t("rail.apiOn") : t("rail.apiOff")}
          />
        </Link>
      )}
      <Tooltip text={action("go.settings")} keys={keysOf("go.settings")} side="right">
        <Link to="/settings" className={styles.item} activeProps={{ className: styles.active }}>
          <Item icon={Settings2} word={t("rail.settings")} />
        </Link>
      </Tooltip>
    </nav>
  );
}

function Item({ icon: Icon, word }: { icon: LucideIcon; word: string }) {
  return (
    <>
      <Icon size={18} strokeWidth={1.5} absoluteStrokeWidth aria-hidden />
      <span>{word}</span>
    </>
  );
}
