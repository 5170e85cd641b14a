// Where JSON is written. It is passed on when it is whole; until then the sentence below says where it is not.

import { json } from "@codemirror/lang-json";
import { syntaxHighlighting } from "@codemirror/language";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useFieldWiring } from "../../../components/fieldWiring";
import { type JsonObject, isObject, isSame } from "../model/draft";
import styles from "./PromptEditor.module.css";
import { jsonColours } from "./theme";
import { useCodeMirror } from "./useCodeMirror";

/** An object, or what is wrong with the text of one. */
export type JsonRead =
  | { outcome: "object"; value: JsonObject }
  | { outcome: "empty" }
  | { outcome: "notObject" }
  | { outcome: "broken"; line: number };

export function readJsonObject(text: string): JsonRead {
  if (text.trim() === "") return { outcome: "empty" };
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { outcome: "object", value } : { outcome: "notObject" };
  } catch (error) {
    return { outcome: "broken", line: lineOf(text, error) };
  }
}

/** Browsers say where in their own words: a position, or a line. */
function lineOf(text: string, error: unknown): number {
  const message = error instanceof Error ? error.message : "";
  const line = /line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  // Without a place the text ends too early.
  return text.slice(0, position === undefined ? text.length : Number(position)).split("\n").length;
}

const written = (value: JsonObject | undefined) => (value === undefined ? "" : JSON.stringify(value, null, 2));

const LONGEST_BYTES = 1 << 20;

export function JsonEditor({
  label,
  value,
  onChange,
  onUndo,
  onRedo,
  isInvalid = false,
  placeholder,
}: {
  label: string;
  value: JsonObject | undefined;
  /** Undefined when the field is empty. */
  onChange: (value: JsonObject | undefined) => void;
  onUndo: () => void;
  onRedo: () => void;
  isInvalid?: boolean | undefined;
  placeholder?: string | undefined;
}) {
  const { t } = useTranslation("inspector");
  const place = useRef<HTMLDivElement>(null);
  const wiring = useFieldWiring();
  const [text, setText] = useState(() => written(value));
  const read = useMemo(() => readJsonObject(text), [text]);
  const isBroken = read.outcome === "broken" || read.outcome === "notObject";
  // What changed elsewhere, undo above all, replaces the text; the same value in other words does not.
  const known = useRef(value);
  useEffect(() => {
    if (value === known.current) return;
    const isOwn = isSame(value, known.current);
    known.current = value;
    if (!isOwn) setText(written(value));
  }, [value]);
  useCodeMirror(place, {
    value: text,
    onChange: (next) => {
      setText(next);
      const now = readJsonObject(next);
      if (now.outcome !== "object" && now.outcome !== "empty") return;
      const changed = now.outcome === "object" ? now.value : undefined;
      if (isSame(changed, known.current)) return;
      known.current = changed;
      onChange(changed);
    },
    onUndo,
    onRedo,
    placeholder,
    longestBytes: LONGEST_BYTES,
    attributes: {
      // What scrolls can be reached by keyboard, and says so.
      tabindex: "0",
      "aria-label": label,
      "aria-multiline": "true",
      ...(wiring["aria-describedby"] === undefined ? {} : { "aria-describedby": wiring["aria-describedby"] }),
      ...(wiring.id === undefined ? {} : { id: wiring.id }),
      ...(isBroken || isInvalid ? { "aria-invalid": "true" } : {}),
      spellcheck: "false",
    },
    extensions: () => [json(), syntaxHighlighting(jsonColours)],
  });
  return (
    <div className={styles.grow}>
      <div ref={place} className={styles.frame} data-invalid={isBroken || isInvalid || undefined} />
      {read.outcome === "broken" && (
        <p className={styles.refusal} role="status">
          {t("json.broken", { line: read.line })}
        </p>
      )}
      {read.outcome === "notObject" && (
        <p className={styles.refusal} role="status">
          {t("json.notObject")}
        </p>
      )}
    </div>
  );
}
