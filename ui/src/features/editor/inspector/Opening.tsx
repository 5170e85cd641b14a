// A quiet row that opens in place. A problem inside shows at the row, and opens it.

import { CircleAlert, type LucideIcon, TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Problem } from "../../../api/types";
import { Icon } from "../../../components/Icon";
import { Row } from "../../../components/Row";
import styles from "./inspector.module.css";

export function Opening({
  icon,
  label,
  value,
  isDefault,
  problems = [],
  children,
}: {
  icon?: LucideIcon | undefined;
  label: string;
  value: ReactNode;
  /** The value is the default, which stands back. */
  isDefault: boolean;
  problems?: readonly Problem[] | undefined;
  children: ReactNode;
}) {
  const { t } = useTranslation("problems");
  const [chosen, setChosen] = useState<boolean | null>(null);
  const severity = problems.some((problem) => problem.severity === "error") ? "error" : problems[0]?.severity;
  const shown = (
    <span className={[styles.shown, isDefault && styles.defaulted].filter(Boolean).join(" ")}>
      {severity !== undefined && (
        <span className={styles.sign} data-severity={severity}>
          <Icon icon={severity === "error" ? CircleAlert : TriangleAlert} sizePx={14} />
          <span className="visually-hidden">{t(severity)}</span>
        </span>
      )}
      {value}
    </span>
  );
  return (
    <Row icon={icon} label={label} value={shown} isOpen={chosen ?? severity !== undefined} onOpenChange={setChosen}>
      {children}
    </Row>
  );
}
