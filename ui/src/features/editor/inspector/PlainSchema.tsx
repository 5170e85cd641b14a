// A JSON Schema as text. What is not JSON is not taken over, and says where it breaks.

import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../../components/Field";
import { TextArea } from "../../../components/TextArea";
import { isObject, type JsonObject } from "../model/draft";

export function SchemaField({
  label,
  hint,
  error,
  value,
  onChange,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  value: JsonObject | undefined;
  onChange: (value: JsonObject | undefined) => void;
}) {
  const { t } = useTranslation("plain");
  const [written, setWritten] = useState<string | null>(null);
  const [fault, setFault] = useState<string>();
  const text = written ?? (value === undefined ? "" : JSON.stringify(value, null, 2));
  const write = (next: string) => {
    setWritten(next);
    if (next.trim() === "") {
      setFault(undefined);
      return onChange(undefined);
    }
    try {
      const parsed: unknown = JSON.parse(next);
      setFault(isObject(parsed) ? undefined : t("notAnObject"));
      if (isObject(parsed)) onChange(parsed);
    } catch (broken) {
      setFault(t("notJson", { what: broken instanceof Error ? broken.message : String(broken) }));
    }
  };
  return (
    <Field label={label} hint={hint} error={fault ?? error}>
      <TextArea
        mono
        isGrowing
        value={text}
        onChange={write}
        onBlur={() => {
          if (fault === undefined) setWritten(null);
        }}
      />
    </Field>
  );
}
