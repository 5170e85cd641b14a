// Queues with their limits, and how busy every lane is now.

import { useSuspenseQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { queuesQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { number, timeOfDay } from "../../components/format";
import { IconButton } from "../../components/IconButton";
import { NumberField } from "../../components/NumberField";
import { Table, Td, Th, Tr } from "../../components/Table";
import { TextField } from "../../components/TextField";
import { toast } from "../../components/toasts";
import { Group, Intro, Saved } from "./parts";
import styles from "./QueuesSection.module.css";
import { useSavedOnLeave } from "./useSavedOnLeave";
import { sentenceOf, useSettings } from "./useSettings";

/** Steps that name no queue wait in this one. */
const DEFAULT_QUEUE = "default";

export function QueuesSection() {
  const { t } = useTranslation("settings");
  const { settings, change, state } = useSettings();
  const remove = async (name: string) => {
    const limit = settings.queues[name]?.limit;
    await change({ queues: { [name]: null } });
    toast(t("removed", { name }), {
      perform: () => void change({ queues: { [name]: limit === undefined ? {} : { limit } } }),
    });
  };
  return (
    <>
      <Intro>{t("queues.intro")}</Intro>
      <Table label={t("sections.queues")} rowSize="list">
        <thead>
          <tr>
            <Th>{t("queues.name")}</Th>
            <Th width="9rem">{t("queues.limit")}</Th>
            <Th width="3rem" isHidden>
              {t("remove")}
            </Th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(settings.queues).map(([name, queue]) => (
            <Tr key={name}>
              <Td className={styles.name}>{name}</Td>
              <Td>
                <Limit
                  name={name}
                  limit={queue.limit ?? null}
                  save={(limit) => change({ queues: { [name]: { limit } } })}
                />
              </Td>
              <Td>
                {name !== DEFAULT_QUEUE && (
                  <IconButton
                    icon={Trash2}
                    size="small"
                    name={`${t("remove")} ${name}`}
                    onClick={() => void remove(name)}
                  />
                )}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <Saved state={state} />
      <AddQueue add={(name, limit) => change({ queues: { [name]: limit === null ? {} : { limit } } })} />
      <Lanes />
    </>
  );
}

function Limit({
  name,
  limit,
  save,
}: {
  name: string;
  limit: number | null;
  save: (limit: number | null) => Promise<void>;
}) {
  const { t } = useTranslation("settings");
  const { written, setWritten, error, leave } = useSavedOnLeave(limit, save);
  return (
    <>
      <NumberField
        label={`${t("queues.limit")}: ${name}`}
        value={written}
        onChange={setWritten}
        onLeave={() => void leave()}
        min={1}
        placeholder={t("queues.any")}
      />
      {error !== undefined && (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      )}
    </>
  );
}

function AddQueue({ add }: { add: (name: string, limit: number | null) => Promise<void> }) {
  const { t } = useTranslation("settings");
  const [name, setName] = useState("");
  const [limit, setLimit] = useState<number | null>(1);
  const [error, setError] = useState<string>();
  const submit = async () => {
    try {
      await add(name.trim(), limit);
      setName("");
      setError(undefined);
    } catch (refusal) {
      setError(sentenceOf(refusal));
    }
  };
  return (
    <Group title={t("queues.addTitle")}>
      <form
        className={styles.add}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={t("queues.name")} hint={t("queues.nameHint")} error={error}>
          <TextField value={name} onChange={setName} mono />
        </Field>
        <Field label={t("queues.limit")}>
          <NumberField value={limit} onChange={setLimit} min={1} placeholder={t("queues.any")} />
        </Field>
        <Button type="submit" icon={Plus} disabled={name.trim() === ""} className={styles.submit}>
          {t("add")}
        </Button>
      </form>
    </Group>
  );
}

function Lanes() {
  const { t } = useTranslation("settings");
  const { data: lanes } = useSuspenseQuery(queuesQuery);
  const busy = lanes.items.filter((lane) => lane.running > 0 || lane.waiting > 0 || lane.heldUntil !== undefined);
  return (
    <Group title={t("queues.lanes")} text={t("queues.lanesText")}>
      {busy.length === 0 ? (
        <Intro>{t("queues.idle")}</Intro>
      ) : (
        <Table label={t("queues.lanes")} rowSize="list">
          <thead>
            <tr>
              <Th>{t("queues.lane")}</Th>
              <Th isEnd>{t("queues.running")}</Th>
              <Th isEnd>{t("queues.waiting")}</Th>
            </tr>
          </thead>
          <tbody>
            {busy.map((lane) => (
              <Tr key={`${lane.kind} ${lane.name}`}>
                <Td className={styles.name}>
                  {lane.name}
                  {lane.heldUntil !== undefined && (
                    <span className={styles.held}>{t("queues.held", { time: timeOfDay(lane.heldUntil) })}</span>
                  )}
                </Td>
                <Td isEnd>{lane.limit === null ? number(lane.running) : `${lane.running} / ${lane.limit}`}</Td>
                <Td isEnd>{number(lane.waiting)}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Group>
  );
}
