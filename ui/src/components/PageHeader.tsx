// The head of a screen: where one is, its state, its views in the middle, what can be done at the right.

import { ChevronRight } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "./Icon";
import styles from "./PageHeader.module.css";

export function PageHeader({
  crumbs = [],
  title,
  isMono = false,
  count,
  state,
  views,
  actions,
}: {
  /** Links to what lies above, outermost first. */
  crumbs?: readonly ReactNode[] | undefined;
  title: ReactNode;
  /** The title is an id. */
  isMono?: boolean | undefined;
  count?: number | string | undefined;
  /** Version, saved when, by whom; or a search. */
  state?: ReactNode;
  views?: ReactNode;
  /** At most one primary, last. */
  actions?: ReactNode;
}) {
  const { t } = useTranslation("common");
  const name = <h1 className={isMono ? styles.mono : crumbs.length > 0 ? styles.name : styles.title}>{title}</h1>;
  return (
    <header className={styles.header}>
      <div className={styles.start}>
        {crumbs.length === 0 ? (
          name
        ) : (
          <nav aria-label={t("breadcrumb")} className={styles.crumbs}>
            {crumbs.map((crumb, index) => (
              <Fragment key={index}>
                <span className={styles.crumb}>{crumb}</span>
                <Icon icon={ChevronRight} sizePx={14} />
              </Fragment>
            ))}
            {name}
          </nav>
        )}
        {count !== undefined && <span className={styles.count}>{count}</span>}
        {state !== undefined && <div className={styles.state}>{state}</div>}
      </div>
      {views !== undefined && <div className={styles.views}>{views}</div>}
      <div className={styles.actions}>{actions}</div>
    </header>
  );
}

/** A thin line between groups of actions. */
export function HeaderLine() {
  return <span className={styles.line} aria-hidden />;
}
