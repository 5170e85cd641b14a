// A place for a file: dropped, or chosen. What came stands there as a chip with its size.

import { FileText, Upload, X } from "lucide-react";
import { type DragEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useFieldWiring } from "./fieldWiring";
import styles from "./FileDrop.module.css";
import { Icon } from "./Icon";
import { IconButton } from "./IconButton";

export function FileDrop({
  onFiles,
  accept,
  isMultiple = false,
  label,
}: {
  onFiles: (files: File[]) => void;
  /** As the file dialog takes it: `.json,.yaml`. */
  accept?: string | undefined;
  isMultiple?: boolean | undefined;
  label?: string | undefined;
}) {
  const { t } = useTranslation("common");
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const own = useId();
  const { id = own, ...wiring } = useFieldWiring();
  const take = (files: FileList | null) => {
    const all = [...(files ?? [])];
    const taken = isMultiple ? all : all.slice(0, 1);
    if (taken.length > 0) onFiles(taken);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div
      className={styles.drop}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <button type="button" id={id} {...wiring} className={styles.choose} onClick={() => input.current?.click()}>
        <Icon icon={Upload} />
        <span>{label ?? t("dropFile")}</span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={isMultiple}
        onChange={(event) => {
          take(event.target.files);
          // The same file can be chosen again.
          event.target.value = "";
        }}
      />
    </div>
  );
}

/** A file that was taken: its name, then its size and tokens. */
export function FileChip({ name, detail, onRemove }: { name: string; detail: string; onRemove: () => void }) {
  const { t } = useTranslation("common");
  return (
    <div className={styles.chip}>
      <Icon icon={FileText} />
      <span className={styles.words}>
        <span className={styles.name}>{name}</span>
        <span className={styles.detail}>{detail}</span>
      </span>
      <IconButton name={t("remove", { name })} icon={X} size="small" onClick={onRemove} />
    </div>
  );
}
