// The editor before its plan is there: the true geometry, without words.

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { PageHeader } from "../../components/PageHeader";
import { Skeleton } from "../../components/Skeleton";
import { PlanCanvas } from "../../graph";
import styles from "./EditorPage.module.css";
import { useMedia } from "../../components/useMedia";

const NOTHING = { nodes: {}, notes: [] };
const NOBODY = new Set<string>();
const ignore = () => {};

export function EditorPageLoading() {
  const { t } = useTranslation("editor");
  const isNarrow = useMedia("(max-width: 1100px)");
  return (
    <div className={styles.page} role="status" aria-label={t("reading")}>
      <PageHeader
        crumbs={[
          <Link key="plans" to="/plans">
            {t("header.plans")}
          </Link>,
        ]}
        title={<Skeleton widthRem={9} />}
      />
      <div className={styles.loading}>
        <PlanCanvas mode="watch" steps={[]} layout={NOTHING} selection={NOBODY} onSelect={ignore} isLoading isBare />
        {!isNarrow && (
          <div className={styles.loadingPanel}>
            <Skeleton widthRem={10} />
            <Skeleton heightRem={1.75} />
            <Skeleton heightRem={1.75} />
            <Skeleton heightRem={12} />
          </div>
        )}
      </div>
    </div>
  );
}
