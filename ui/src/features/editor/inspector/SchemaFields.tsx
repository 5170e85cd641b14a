// A JSON Schema: the text of it, an example to begin with, and the way back to none.

import { useTranslation } from "react-i18next";

import type { Problem } from "../../../api/types";
import { Button } from "../../../components/Button";
import { isObject, type JsonObject } from "../model/draft";
import { JsonEditor } from "../prompt/JsonEditor";
import { useEditor } from "../useEditor";
import { FieldProblems } from "./FieldProblems";
import styles from "./inspector.module.css";

/** "3 fields"; null where there is no schema. */
export function useSchemaWords(): (schema: JsonObject | undefined) => string | null {
  const { t } = useTranslation("inspector");
  return (schema) => {
    if (schema === undefined) return null;
    const properties = schema["properties"];
    const count = isObject(properties) ? Object.keys(properties).length : 0;
    return count === 0 ? t("schema.json") : t("schema.fields", { count });
  };
}

export function SchemaFields({
  label,
  hint,
  removeLabel,
  value,
  onChange,
  problems,
  example = EXAMPLE,
}: {
  label: string;
  hint: string;
  removeLabel: string;
  value: JsonObject | undefined;
  onChange: (schema: JsonObject | undefined) => void;
  problems: readonly Problem[];
  example?: JsonObject | undefined;
}) {
  const { t } = useTranslation("inspector");
  const { undo, redo } = useEditor();
  return (
    <>
      <JsonEditor
        label={label}
        value={value}
        onChange={onChange}
        onUndo={undo}
        onRedo={redo}
        isInvalid={problems.some(({ severity }) => severity === "error")}
      />
      <FieldProblems problems={problems} />
      <p className={styles.quiet}>{hint}</p>
      <div className={styles.actions}>
        {value === undefined ? (
          <Button size="small" onClick={() => onChange(example)}>
            {t("schema.begin")}
          </Button>
        ) : (
          <Button size="small" onClick={() => onChange(undefined)}>
            {removeLabel}
          </Button>
        )}
      </div>
    </>
  );
}

const EXAMPLE: JsonObject = {
  type: "object",
  properties: { summary: { type: "string" }, items: { type: "array", items: { type: "string" } } },
  required: ["summary", "items"],
  additionalProperties: false,
};
