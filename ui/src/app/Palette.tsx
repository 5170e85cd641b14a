// The command palette: everything that can be done now, everywhere one can go, plans and recent executions by name.

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Activity, Search, Workflow } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { ACTIONS, type ActionName, keysOf, useRegistry } from "../actions";
import { client, list } from "../api/client";
import { keys, plansQuery } from "../api/queries";
import { Kbd } from "../components/Kbd";
import { StatusWord } from "../components/StatusWord";
import styles from "./Palette.module.css";

const GROUPS = ["go", "do", "edit", "view", "help"] as const;

export default function Palette({
  isOpen,
  onOpenChange,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}) {
  const { t } = useTranslation("app");
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.overlay} />
        <Dialog.Content className={styles.palette} aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">{t("palette.label")}</Dialog.Title>
          <Commands close={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Commands({ close }: { close: () => void }) {
  const { t } = useTranslation("app");
  const { t: action } = useTranslation("actions");
  const registry = useRegistry();
  useSyncExternalStore(registry.subscribe, registry.version);
  const [text, setText] = useState("");
  const offered = registry.offered().filter((name) => name !== "palette.open");
  const after = (perform: () => void) => () => {
    close();
    // The dialog gives the focus back first, so that an action can put it elsewhere.
    setTimeout(perform);
  };
  return (
    <Command label={t("palette.label")} loop>
      <div className={styles.field}>
        <Search size={16} strokeWidth={1.5} aria-hidden />
        <Command.Input value={text} onValueChange={setText} placeholder={t("palette.placeholder")} />
        <Kbd keys="Escape" />
      </div>
      <Command.List className={styles.list}>
        <Command.Empty className={styles.empty}>{t("palette.empty")}</Command.Empty>
        {GROUPS.map((group) => (
          <Command.Group key={group} heading={t(`palette.${group}`)} className={styles.group}>
            {offered
              .filter((name) => ACTIONS[name].group === group)
              .map((name) => (
                <ActionItem key={name} name={name} label={action(name)} perform={after(() => registry.perform(name))} />
              ))}
          </Command.Group>
        ))}
        <Found text={text} after={after} />
      </Command.List>
    </Command>
  );
}

function ActionItem({ name, label, perform }: { name: ActionName; label: string; perform: () => void }) {
  const registry = useRegistry();
  const Icon = ACTIONS[name].icon;
  const keyNames = keysOf(name);
  const whyNot = registry.find(name)?.whyNot;
  return (
    <Command.Item value={`${label} ${name}`} onSelect={perform} disabled={whyNot !== undefined} className={styles.item}>
      <Icon size={16} strokeWidth={1.5} aria-hidden />
      <span className={styles.name}>{label}</span>
      {whyNot === undefined ? (
        keyNames !== null && <Kbd keys={keyNames} />
      ) : (
        <span className={styles.why}>{whyNot}</span>
      )}
    </Command.Item>
  );
}

const recentQuery = {
  queryKey: [...keys.executions, "recent"],
  queryFn: async () => (await list(client.GET("/api/plans/executions", { params: { query: { limit: 5 } } }))).items,
};

function Found({ text, after }: { text: string; after: (perform: () => void) => () => void }) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const { data: plans = [] } = useQuery(plansQuery(false));
  const { data: recent = [] } = useQuery(recentQuery);
  const wanted = text.toLowerCase();
  const found = plans.filter((plan) => plan.name.toLowerCase().includes(wanted)).slice(0, 8);
  return (
    <>
      <Command.Group heading={t("palette.plans")} className={styles.group}>
        {found.map((plan) => (
          <Command.Item
            key={plan.id}
            value={`${plan.name} ${plan.id}`}
            className={styles.item}
            onSelect={after(() => void navigate({ to: "/plans/$planId", params: { planId: plan.id } }))}
          >
            <Workflow size={16} strokeWidth={1.5} aria-hidden />
            <span className={styles.step}>{plan.name}</span>
            <span className={styles.why}>{plan.tags.join(", ")}</span>
          </Command.Item>
        ))}
      </Command.Group>
      <Command.Group heading={t("palette.executions")} className={styles.group}>
        {recent.map((execution) => (
          <Command.Item
            key={execution.id}
            value={`${execution.planName} ${execution.id}`}
            className={styles.item}
            onSelect={after(
              () => void navigate({ to: "/executions/$executionId", params: { executionId: execution.id } }),
            )}
          >
            <Activity size={16} strokeWidth={1.5} aria-hidden />
            <span className={styles.step}>{execution.planName}</span>
            <StatusWord status={execution.status} />
          </Command.Item>
        ))}
      </Command.Group>
    </>
  );
}
