// What stands over the editor while it is so: another window wrote, the draft is refused, the plan is archived.

import { useTranslation } from "react-i18next";

import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { timeOfDay } from "../../components/format";
import { Sentence } from "../../components/Sentence";
import styles from "./EditorPage.module.css";
import type { Editing, EditingView, Theirs } from "./model/editing";
import type { Archived } from "./useEditorArchived";

interface BannersProps {
  editing: Editing;
  view: EditingView;
  archived: Archived;
}

export function EditorBanners({ editing, view: { saved, theirs }, archived }: BannersProps) {
  const { t } = useTranslation("editor");
  return (
    <div className={styles.banners}>
      {archived.whyNot !== undefined && (
        <Banner kind="note" action={<Button onClick={archived.restore}>{t("archived.restore")}</Button>}>
          {archived.failed === null ? t("archived.text") : t("archived.failed", { message: archived.failed })}
        </Banner>
      )}
      {saved.state === "conflict" && <ConflictBanner editing={editing} theirs={theirs} />}
      {saved.state === "failed" && saved.reason !== undefined && (
        <Banner kind="error">
          <Sentence text={t("refused", { reason: saved.reason })} />
        </Banner>
      )}
    </div>
  );
}

function ConflictBanner({ editing, theirs }: { editing: Editing; theirs: Theirs | null }) {
  const { t } = useTranslation("editor");
  if (!theirs) {
    return (
      <Banner kind="warning" action={<Button onClick={editing.retry}>{t("unreadable.retry")}</Button>}>
        {t("conflict.reading")}
      </Banner>
    );
  }
  const time = timeOfDay(theirs.atMs);
  const text =
    theirs.revision === null
      ? t("conflict.published", { time, version: theirs.version })
      : t("conflict.draft", { time });
  return (
    <Banner
      kind="warning"
      action={
        <div className={styles.buttons}>
          <Button onClick={editing.loadTheirs}>{t("conflict.theirs")}</Button>
          <Button onClick={editing.keepMine}>{t("conflict.mine")}</Button>
        </div>
      }
    >
      {text}
    </Banner>
  );
}
