// In which queue a step waits, with how many it lets run at a time.

import { useTranslation } from "react-i18next";

import type { Lane } from "../../../api/types";
import { Field } from "../../../components/Field";
import { Select, type SelectOption } from "../../../components/Select";
import { useEditor } from "../useEditor";

const DEFAULT = "the default";
const MIXED = "different ones";

interface QueueFieldProps {
  label?: string | undefined;
  /** Undefined: the default; null: several steps have different ones. */
  value: string | undefined | null;
  fallback: string;
  onChange: (queue: string | undefined) => void;
  error?: string | null | undefined;
}

export function QueueField({ label, value, fallback, onChange, error }: QueueFieldProps) {
  const { t } = useTranslation("inspector");
  const { queues } = useEditor();
  const own = queues.filter(({ kind }) => kind === "queue");
  const limit = (lane: Lane | undefined) =>
    lane === undefined ? undefined : lane.limit === null ? t("queue.noLimit") : t("queue.limit", { count: lane.limit });
  const named = (name: string) => own.find((lane) => lane.name === name);
  const isKnown = value == null || named(value) !== undefined;
  const options: SelectOption<string>[] = [
    ...(value === null ? [{ value: MIXED, label: t("shared.mixed"), whyNot: "" }] : []),
    {
      value: DEFAULT,
      label: fallback,
      hint: [t("default"), limit(named(fallback))].filter(Boolean).join(", "),
      chosenHint: "",
    },
    ...own
      .filter(({ name }) => name !== fallback || value === name)
      .map((lane) => ({ value: lane.name, label: lane.name, hint: limit(lane), chosenHint: "" })),
    ...(isKnown ? [] : [{ value, label: value, hint: t("queue.unknown") }]),
  ];
  return (
    <Field label={label ?? t("queue.label")} error={error}>
      <Select
        value={value === null ? MIXED : (value ?? DEFAULT)}
        onChange={(next) => next !== MIXED && onChange(next === DEFAULT ? undefined : next)}
        options={options}
        mono
      />
    </Field>
  );
}
