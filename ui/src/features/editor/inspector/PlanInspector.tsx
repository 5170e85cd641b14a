// The plan itself: its name and words, what it is run with, what holds for all steps, who reviews, and its versions.

import { FileInput } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Chip } from "../../../components/Chip";
import { Field } from "../../../components/Field";
import { TextArea } from "../../../components/TextArea";
import { TextField } from "../../../components/TextField";
import { DefaultRows } from "./DefaultRows";
import { FieldProblems } from "./FieldProblems";
import styles from "./inspector.module.css";
import { Opening } from "./Opening";
import { ReviewRows } from "./ReviewRows";
import { SchemaFields, useSchemaWords } from "./SchemaFields";
import { type PlanHandle, usePlan } from "./usePlan";
import { Versions } from "./Versions";

const LONGEST_NAME = 100;
const LONGEST_DESCRIPTION = 2_000;
const LONGEST_TAG = 50;
const MOST_TAGS = 50;

export function PlanInspector() {
  const { t } = useTranslation("inspector");
  const handle = usePlan();
  return (
    <div className={styles.step}>
      <div className={styles.fields}>
        <Words handle={handle} />
        <Tags handle={handle} />
      </div>
      <div className={styles.rows}>
        <InputSchema handle={handle} />
      </div>
      <h3 className={styles.heading}>{t("plan.defaults")}</h3>
      <div className={styles.section}>
        <DefaultRows handle={handle} />
      </div>
      <h3 className={styles.heading}>{t("plan.review")}</h3>
      <div className={styles.section}>
        <ReviewRows handle={handle} />
      </div>
      <h3 className={styles.heading}>{t("plan.versions")}</h3>
      <Versions />
    </div>
  );
}

function Words({ handle: { plan, change, problemsAt } }: { handle: PlanHandle }) {
  const { t } = useTranslation("inspector");
  return (
    <>
      <Field label={t("plan.name")} error={plan.name === "" ? t("plan.nameEmpty") : null}>
        <TextField
          value={plan.name}
          onChange={(name) => change("name", name)}
          isStrong
          maxLength={LONGEST_NAME}
          autoComplete="off"
        />
      </Field>
      <FieldProblems problems={plan.name === "" ? [] : problemsAt("name")} />
      <Field label={t("plan.description")}>
        <TextArea
          value={plan.description ?? ""}
          onChange={(text) => change("description", text === "" ? undefined : text)}
          isGrowing
          rows={3}
          maxLength={LONGEST_DESCRIPTION}
        />
      </Field>
      <FieldProblems problems={problemsAt("description")} />
    </>
  );
}

type TagFault = "comma" | "long" | "many";

function tagFault(tag: string, tags: readonly string[]): TagFault | null {
  if (tag.includes(",")) return "comma";
  if ([...tag].length > LONGEST_TAG) return "long";
  return tag !== "" && tags.length >= MOST_TAGS ? "many" : null;
}

function Tags({ handle: { plan, change, problemsAt } }: { handle: PlanHandle }) {
  const { t } = useTranslation("inspector");
  const [written, setWritten] = useState("");
  const tags = plan.tags ?? [];
  const tag = written.trim();
  const fault = tagFault(tag, tags);
  const set = (next: readonly string[]) => change("tags", next.length === 0 ? undefined : next);
  const add = () => {
    if (fault !== null) return;
    setWritten("");
    if (tag !== "" && !tags.includes(tag)) set([...tags, tag]);
  };
  return (
    <Field label={t("plan.tags")} error={fault === null ? null : t(`plan.tagFault.${fault}`)}>
      {tags.length > 0 && (
        <div className={styles.chips}>
          {tags.map((one) => (
            <Chip key={one} onRemove={() => set(tags.filter((other) => other !== one))}>
              {one}
            </Chip>
          ))}
        </div>
      )}
      <TextField
        value={written}
        onChange={(text) => {
          // A comma ends a tag, as in other places where tags are written.
          const [head = "", ...rest] = text.split(",");
          const done = head.trim();
          if (rest.length === 0 || tagFault(done, tags) !== null) setWritten(text);
          else {
            setWritten(rest.join(","));
            if (done !== "" && !tags.includes(done)) set([...tags, done]);
          }
        }}
        placeholder={t("plan.addTag")}
        autoComplete="off"
        onBlur={add}
        onKeyDown={(event) => {
          if (event.key === "Enter") add();
          if (event.key === "Backspace" && written === "" && tags.length > 0) set(tags.slice(0, -1));
        }}
      />
      <FieldProblems problems={problemsAt("tags")} />
    </Field>
  );
}

function InputSchema({ handle: { plan, change, problemsAt } }: { handle: PlanHandle }) {
  const { t } = useTranslation("inspector");
  const words = useSchemaWords();
  const problems = problemsAt("inputSchema");
  return (
    <Opening
      icon={FileInput}
      label={t("plan.inputSchema")}
      value={words(plan.inputSchema) ?? t("plan.noInputSchema")}
      isDefault={plan.inputSchema === undefined}
      problems={problems}
    >
      <SchemaFields
        label={t("plan.inputSchema")}
        hint={t("plan.inputHint")}
        removeLabel={t("plan.removeInputSchema")}
        value={plan.inputSchema}
        onChange={(schema) => change("inputSchema", schema)}
        problems={problems}
        example={EXAMPLE_INPUT}
      />
    </Opening>
  );
}

const EXAMPLE_INPUT = {
  type: "object",
  properties: { document: { type: "string", title: "Document" } },
  required: ["document"],
};
