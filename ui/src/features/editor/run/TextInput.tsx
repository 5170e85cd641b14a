// A text of any length or a JSON value: written, pasted, dropped in as a file or chosen.

import { FolderOpen } from "lucide-react";
import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../../components/Field";
import { FileChip } from "../../../components/FileDrop";
import { bytes, number } from "../../../components/format";
import { IconButton } from "../../../components/IconButton";
import { TextArea } from "../../../components/TextArea";
import type { InputField } from "./fields";
import { bytesOf, LONGEST_IN_FIELD, readFiles, tokensOf } from "./files";
import styles from "./RunPanel.module.css";
import type { Entry } from "./values";

export interface TextInputProps {
  field: InputField;
  entry: Entry;
  onChange: (entry: Entry) => void;
  /** Why a file was not taken, as a sentence; null when one was. */
  onRefused: (sentence: string | null) => void;
  note: string;
  hint: string;
  error: string | undefined;
}

export function TextInput({ field, entry, onChange, onRefused, note, hint, error }: TextInputProps) {
  const { t } = useTranslation("run");
  const [isOver, setOver] = useState(false);
  const [wasRemoved, setRemoved] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const label = field.title ?? field.name;

  const take = async (files: Iterable<File>) => {
    const read = await readFiles([...files]);
    if (read?.kind === "text") onChange(read.entry);
    else if (read) onRefused(t(`refused.${read.reason}`, { name: read.name, size: bytes(read.bytes) }));
  };
  const drop = (event: DragEvent) => {
    setOver(false);
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    void take(event.dataTransfer.files);
  };
  const paste = (event: ClipboardEvent<HTMLTextAreaElement>) => {
    const text = event.clipboardData.getData("text/plain");
    if (event.clipboardData.files.length > 0 && text === "") {
      event.preventDefault();
      void take(event.clipboardData.files);
    } else if (text.length > LONGEST_IN_FIELD && entry.text === "") {
      event.preventDefault();
      onChange({ text, file: { name: t("pasted"), bytes: bytesOf(text) } });
    }
  };
  return (
    <div
      className={styles.dropZone}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget))
          setOver(false);
      }}
      onDrop={drop}
    >
      <Field
        label={label}
        isMono={field.title === null}
        note={note}
        isRequired={field.isRequired}
        hint={hint}
        error={error}
        end={
          <IconButton
            icon={FolderOpen}
            size="small"
            name={t("chooseFile", { name: label })}
            onClick={() => chooser.current?.click()}
          />
        }
      >
        {entry.file ? (
          <FileChip
            name={entry.file.name}
            detail={fileDetail(entry.file.bytes, t)}
            onRemove={() => {
              setRemoved(true);
              onChange({ text: "" });
            }}
          />
        ) : (
          <TextArea
            className={styles.area}
            value={entry.text}
            onChange={(text) => onChange({ text })}
            onPaste={paste}
            mono={field.kind === "json"}
            rows={rowsOf(entry.text)}
            placeholder={field.placeholder || t("dropOrType")}
            autoFocus={wasRemoved}
          />
        )}
      </Field>
      <input
        ref={chooser}
        type="file"
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file can be chosen again.
          event.target.value = "";
          void take(files);
        }}
      />
    </div>
  );
}

function fileDetail(count: number, t: (key: "fileDetail", values: { size: string; tokens: string }) => string): string {
  return t("fileDetail", { size: bytes(count), tokens: number(tokensOf(count)) });
}

const MOST_ROWS = 8;
/** Letters of a line where the panel is as narrow as it gets. */
const LETTERS_PER_ROW = 46;

/** As tall as the text, up to eight rows. Only so much of the text is looked at as can matter. */
export function rowsOf(text: string): number {
  let rows = 0;
  for (const line of text.slice(0, MOST_ROWS * LETTERS_PER_ROW).split("\n")) {
    rows += Math.max(1, Math.ceil(line.length / LETTERS_PER_ROW));
  }
  return Math.min(MOST_ROWS, Math.max(1, rows));
}
