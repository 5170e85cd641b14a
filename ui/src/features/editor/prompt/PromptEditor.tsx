// Where prompts, system prompts and conditions are written: the template language with its colours, completion and
// problems in place.

import { closeCompletion, completionStatus, startCompletion } from "@codemirror/autocomplete";
import { Prec } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Fix, Problem } from "../../../api/types";
import { useFieldWiring } from "../../../components/fieldWiring";
import { type CompletionDoor, templateCompletion } from "./completion";
import { sentenceOf, showProblems } from "./diagnostics";
import styles from "./PromptEditor.module.css";
import type { Refusal } from "./size";
import type { Mode } from "./template";
import { templateTags } from "./tokens";
import { useCodeMirror } from "./useCodeMirror";
import { useFocusRequest } from "./useFocusRequest";

export interface PromptEditorProps {
  /** Its name, for screen readers. */
  label: string;
  value: string;
  onChange: (text: string) => void;
  onUndo: () => void;
  onRedo: () => void;
  /** A condition is one expression on one line. */
  mode?: Mode | undefined;
  completion: CompletionDoor;
  problems: readonly Problem[];
  onFix: (fix: Fix) => void;
  placeholder?: string | undefined;
  /** `fill` is as tall as there is room, `grow` as its text, up to a bound. */
  height?: "fill" | "grow" | undefined;
  /** Counts up when the editor shall take the focus. */
  focus?: number | undefined;
  /** How many bytes the text has, as it is written. */
  onBytes?: ((bytes: number) => void) | undefined;
}

export function PromptEditor(props: PromptEditorProps) {
  const { label, value, onChange, onUndo, onRedo, mode = "template", problems, onFix, height = "fill", focus } = props;
  const { t } = useTranslation("inspector");
  const place = useRef<HTMLDivElement>(null);
  const wiring = useFieldWiring();
  const hintId = useId();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const door = useRef(props.completion);
  useEffect(() => {
    door.current = props.completion;
  });
  const hasErrors = problems.some(({ severity }) => severity === "error");
  const describedBy = [wiring["aria-describedby"], hintId].filter(Boolean).join(" ");
  const view = useCodeMirror(place, {
    value,
    onChange: (text) => {
      setRefusal(null);
      onChange(text);
    },
    onUndo,
    onRedo,
    onRefused: setRefusal,
    onBlur: () => {
      setRefusal(null);
      door.current.onPreview(null);
    },
    onBytes: props.onBytes,
    placeholder: props.placeholder,
    isSingleLine: mode === "condition",
    attributes: {
      // What scrolls can be reached by keyboard, and says so.
      tabindex: "0",
      "aria-label": label,
      "aria-describedby": describedBy,
      "aria-multiline": String(mode === "template"),
      ...(wiring.id === undefined ? {} : { id: wiring.id }),
      ...(hasErrors ? { "aria-invalid": "true" } : {}),
      spellcheck: String(mode === "template"),
      autocapitalize: "off",
    },
    extensions: () => [
      ...(mode === "template" ? [templateTags] : []),
      templateCompletion(mode, () => door.current),
      Prec.highest(
        keymap.of([
          { key: "Mod-Space", run: startCompletion },
          // The list closes first; a second Escape goes back to the canvas.
          { key: "Escape", run: (editor) => completionStatus(editor.state) !== null && closeCompletion(editor) },
        ]),
      ),
    ],
  });
  useEffect(() => {
    const editor = view.current;
    if (editor) editor.dispatch(showProblems(editor.state, problems, onFix));
  }, [view, problems, onFix]);
  useFocusRequest("prompt", focus, () => {
    const editor = view.current;
    if (!editor) return;
    editor.focus();
    editor.dispatch({ selection: { anchor: editor.state.doc.length }, scrollIntoView: true });
  });
  return (
    <div className={height === "fill" ? styles.fill : styles.grow}>
      <div
        ref={place}
        className={[styles.frame, mode === "condition" && styles.line].filter(Boolean).join(" ")}
        data-invalid={hasErrors || undefined}
      />
      <p id={hintId} className="visually-hidden">
        {[t("editorHint"), ...problems.map(sentenceOf)].join(" ")}
      </p>
      {refusal !== null && (
        <p className={styles.refusal} role="alert">
          {refusal === "size" ? t("refused.size") : t("refused.files")}
        </p>
      )}
    </div>
  );
}
