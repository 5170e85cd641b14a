// The head of the list of plans: how many, the search, and the ways in for a new one.

import { ClipboardPaste, FileUp, Plus, Upload } from "lucide-react";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";

import { keysOf } from "../../actions";
import { Button } from "../../components/Button";
import { number } from "../../components/format";
import { Menu } from "../../components/Menu";
import { PageHeader } from "../../components/PageHeader";
import { SearchField } from "../../components/SearchField";
import type { Importing } from "./useImport";

interface Props {
  count: number | null;
  search: string;
  onSearch: (search: string) => void;
  searchField: Ref<HTMLInputElement>;
  progress: Importing["progress"];
  onFiles: () => void;
  onClipboard: () => void;
  onNew: () => void;
}

export function PlansHeader({ count, search, onSearch, searchField, progress, onFiles, onClipboard, onNew }: Props) {
  const { t } = useTranslation("plans");
  const importing = progress && t("importing", { done: number(progress.done + 1), total: number(progress.total) });
  return (
    <PageHeader
      title={t("title")}
      count={count === null ? undefined : number(count)}
      state={<SearchField ref={searchField} label={t("search")} value={search} onChange={onSearch} />}
      actions={
        <>
          {importing === null ? (
            <Menu
              trigger={
                <Button variant="ghost" icon={Upload} wordGoes>
                  {t("import")}
                </Button>
              }
              items={[
                { label: t("importFile"), icon: FileUp, onSelect: onFiles },
                { label: t("importClipboard"), icon: ClipboardPaste, keys: "Mod+V", onSelect: onClipboard },
              ]}
            />
          ) : (
            <Button variant="ghost" busy={importing}>
              {t("import")}
            </Button>
          )}
          <Button variant="primary" icon={Plus} keys={keysOf("plan.new")} onClick={onNew}>
            {t("new")}
          </Button>
        </>
      }
    />
  );
}
