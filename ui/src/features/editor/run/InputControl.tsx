// One input of the plan: its field by kind, its file as a chip, and what is wrong with it.

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../../components/Field";
import { NumberField } from "../../../components/NumberField";
import { Select } from "../../../components/Select";
import { Switch } from "../../../components/Switch";
import { TextField } from "../../../components/TextField";
import type { InputField } from "./fields";
import { TextInput } from "./TextInput";
import type { Entry, Fault } from "./values";
import { stepsInWords } from "./words";

export interface InputControlProps {
  field: InputField;
  entry: Entry;
  onChange: (entry: Entry) => void;
  fault: Fault | undefined;
  isMissing: boolean;
  /** What the API says of it. */
  problem: string | undefined;
  /** Somebody tried to run: nothing is held back any more. */
  isTried: boolean;
}

export function InputControl({ field, entry, onChange, fault, isMissing, problem, isTried }: InputControlProps) {
  const { t } = useTranslation("run");
  const [isLeft, setLeft] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const needs = useNeeds(field);
  const faultText = useFault(fault);
  const isShown = isTried || isLeft;
  const own = faultText ?? (isMissing ? needs : undefined);
  const error = refusal ?? (isShown ? own : undefined) ?? problem;
  const kind = t(`kinds.${field.kind}`);
  // While nobody was here yet, what it is for is said without alarm.
  const quietNeeds = isMissing && error === undefined ? needs : null;
  const hint = [field.description, quietNeeds].filter((part) => part != null).join(" ");
  return (
    <div
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setLeft(true);
      }}
    >
      {field.kind === "text" || field.kind === "json" ? (
        <TextInput
          field={field}
          entry={entry}
          onChange={(next) => {
            setRefusal(null);
            onChange(next);
          }}
          onRefused={setRefusal}
          note={field.isRequired ? `${kind}, ${t("required")}` : kind}
          hint={hint}
          error={error}
        />
      ) : (
        <Field
          label={field.title ?? field.name}
          isMono={field.title === null}
          note={field.isRequired ? `${kind}, ${t("required")}` : kind}
          isRequired={field.isRequired}
          hint={hint}
          error={error}
        >
          <ShortControl field={field} text={entry.text} onChange={(text) => onChange({ text })} />
        </Field>
      )}
    </div>
  );
}

/** What fits on a line. */
function ShortControl({
  field,
  text,
  onChange,
}: {
  field: InputField;
  text: string;
  onChange: (text: string) => void;
}) {
  const { t } = useTranslation("run");
  switch (field.kind) {
    case "number":
    case "integer":
      return (
        <NumberField
          value={text === "" ? null : Number(text)}
          onChange={(value) => onChange(value === null ? "" : String(value))}
          min={field.min ?? undefined}
          max={field.max ?? undefined}
          placeholder={field.placeholder}
        />
      );
    case "flag":
      return <Switch checked={text === "true"} onChange={(isOn) => onChange(String(isOn))} />;
    case "choice": {
      const choices = field.choices.map((choice) => ({
        value: JSON.stringify(choice),
        label: typeof choice === "string" ? choice : JSON.stringify(choice),
      }));
      return (
        <Select
          value={text === "" && field.isRequired ? null : text === "" ? NOT_GIVEN : text}
          onChange={(value) => onChange(value === NOT_GIVEN ? "" : value)}
          placeholder={t("notGiven")}
          options={field.isRequired ? choices : [{ value: NOT_GIVEN, label: t("notGiven") }, ...choices]}
        />
      );
    }
    case "line":
    case "text":
    case "json":
      return <TextField value={text} onChange={onChange} placeholder={field.placeholder} />;
    default:
      return never(field.kind);
  }
}

/** No JSON, so it is no choice of any schema. */
const NOT_GIVEN = "not given";

function useNeeds(field: InputField): string {
  const { t } = useTranslation("run");
  if (field.neededBy.length === 0) return t("isRequired");
  return t("needs", { steps: stepsInWords(field.neededBy), count: field.neededBy.length });
}

function useFault(fault: Fault | undefined): string | undefined {
  const { t } = useTranslation("run");
  if (fault === undefined) return undefined;
  switch (fault.reason) {
    case "notJson":
      return t("fault.notJson", { line: fault.line, column: fault.column });
    case "notNumber":
      return t("fault.notNumber");
    case "notWhole":
      return t("fault.notWhole");
    default:
      return never(fault);
  }
}

function never(value: never): never {
  throw new Error(`Unknown ${JSON.stringify(value)}`);
}
