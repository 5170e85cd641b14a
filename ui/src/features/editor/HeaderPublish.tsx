// Publish: a note if one likes, then the draft is a version. Ctrl S opens it, Enter publishes.

import { Upload } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { Popover } from "../../components/Popover";
import { Sentence } from "../../components/Sentence";
import { TextField } from "../../components/TextField";
import { toast } from "../../components/toasts";
import styles from "./Header.module.css";
import type { Editing } from "./model/editing";
import type { Editor } from "./useEditor";

interface PublishProps {
  editor: Editor;
  editing: Editing;
  archivedWhyNot: string | undefined;
}

export function Publish({ editor, editing, archivedWhyNot }: PublishProps) {
  const { t } = useTranslation("editor");
  const [isOpen, setOpen] = useState(false);
  const [current, setCurrent] = useState<number | null>(null);
  const whyNot = useWhyNot(editor, archivedWhyNot);
  const { busy, failed, publish } = usePublishing(editor, (conflict) => {
    setOpen(false);
    setCurrent(conflict);
  });
  useAction("plan.publish", () => setOpen(true), whyNot);
  const version = editor.version + 1;
  return (
    <>
      <Popover
        label={t("publish.label")}
        align="end"
        isOpen={isOpen && whyNot === undefined}
        onOpenChange={setOpen}
        trigger={
          <Button icon={Upload} wordGoes whyNot={whyNot}>
            {t("header.publish", { version })}
          </Button>
        }
      >
        <Form version={version} isBusy={busy} failed={failed} onPublish={(note) => void publish({ note })} />
      </Popover>
      {current !== null && (
        <Overtaken
          current={current}
          editor={editor}
          editing={editing}
          isBusy={busy}
          failed={failed}
          onTop={() => void publish({ onTopOf: current })}
          close={() => setCurrent(null)}
        />
      )}
    </>
  );
}

function useWhyNot({ isDirty, version, problems, saved }: Editor, archivedWhyNot: string | undefined) {
  const { t } = useTranslation("editor");
  if (archivedWhyNot !== undefined) return archivedWhyNot;
  if (saved.state === "conflict") return t("publish.undecided");
  if (!isDirty) return t("publish.unchanged", { version });
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return errors > 0 ? t("publish.errors", { count: errors }) : undefined;
}

/** `onDone` hears of the version that was published meanwhile, or null when ours was. */
function usePublishing({ publish }: Editor, onDone: (conflict: number | null) => void) {
  const { t } = useTranslation("editor");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const start = async (options: { note?: string; onTopOf?: number }) => {
    setBusy(true);
    setFailed(null);
    const published = await publish(options);
    setBusy(false);
    switch (published.outcome) {
      case "published":
        toast(t("publish.done", { version: published.version }));
        onDone(null);
        break;
      case "conflict":
        onDone(published.current);
        break;
      case "refused":
      case "failed":
        setFailed(published.message);
        break;
      default:
        never(published);
    }
  };
  return { busy, failed, publish: start };
}

function never(value: never): never {
  throw new Error(`Unknown outcome ${JSON.stringify(value)}`);
}

interface FormProps {
  version: number;
  isBusy: boolean;
  failed: string | null;
  onPublish: (note: string) => void;
}

function Form({ version, isBusy, failed, onPublish }: FormProps) {
  const { t } = useTranslation("editor");
  const [note, setNote] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) onPublish(note.trim());
  };
  return (
    <form className={styles.publish} onSubmit={submit}>
      <Field label={t("publish.note")} hint={t("publish.noteHint")}>
        <TextField value={note} onChange={setNote} maxLength={500} />
      </Field>
      {failed !== null && (
        <Banner kind="error">
          <Sentence text={failed} />
        </Banner>
      )}
      <div className={styles.foot}>
        <Button
          variant="primary"
          type="submit"
          busy={isBusy ? t("publish.busy") : undefined}
          keys={isBusy ? null : "Enter"}
        >
          {t("publish.act", { version })}
        </Button>
      </div>
    </form>
  );
}

interface OvertakenProps {
  current: number;
  editor: Editor;
  editing: Editing;
  isBusy: boolean;
  failed: string | null;
  onTop: () => void;
  close: () => void;
}

function Overtaken({ current, editor: { version }, editing, isBusy, failed, onTop, close }: OvertakenProps) {
  const { t } = useTranslation("editor");
  const [loading, setLoading] = useState<"no" | "loading" | "failed">("no");
  const next = current + 1;
  const load = () => {
    setLoading("loading");
    editing.loadPublished().then(close, () => setLoading("failed"));
  };
  const problem = loading === "failed" ? t("publish.loadFailed", { current }) : failed;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && close()}
      title={t("publish.conflictTitle", { current })}
      text={t("publish.conflictText", { version, current, next })}
      actions={
        <>
          <Button size="dialog" busy={loading === "loading" ? t("reading") : undefined} onClick={load}>
            {t("publish.conflictLoad", { current })}
          </Button>
          <Button size="dialog" variant="primary" busy={isBusy ? t("publish.busy") : undefined} onClick={onTop}>
            {t("publish.conflictOnTop", { next })}
          </Button>
        </>
      }
    >
      {problem !== null && (
        <Banner kind="error">
          <Sentence text={problem} />
        </Banner>
      )}
    </Dialog>
  );
}
