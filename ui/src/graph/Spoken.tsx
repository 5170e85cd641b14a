// What happens on the canvas, for those who do not see it; and what went wrong, for all.

import { useTranslation } from "react-i18next";

import { Banner } from "../components/Banner";
import styles from "./PlanCanvas.module.css";
import type { Arranging } from "./useArranging";
import type { Drawn } from "./useConnecting";

export function Spoken({
  drawn,
  arranging,
  stepCount,
}: {
  drawn: Drawn | null;
  arranging: Arranging;
  stepCount: number;
}) {
  const { t } = useTranslation("graph");
  const refused = drawn?.refused ?? null;
  return (
    <>
      <div className="visually-hidden" role="status">
        {drawn && !refused && <Drawing drawn={drawn} />}
        {arranging.state === "arranging" && t("arranging", { count: stepCount })}
      </div>
      <div className="visually-hidden" role="alert">
        {refused && t(`refusal.${refused.kind}`, { from: refused.from, to: refused.to })}
      </div>
      {arranging.state === "failed" && (
        <div className={styles.problem}>
          <Banner kind="error">{t("arrangeFailed")}</Banner>
        </div>
      )}
    </>
  );
}

function Drawing({ drawn: { connecting } }: { drawn: Drawn }) {
  const { t } = useTranslation("graph");
  const { id, holds, over } = connecting;
  if (over === null) return holds === "from" ? t("connect.started", { id }) : t("connect.startedTo", { id });
  const [from, to] = holds === "from" ? [id, over] : [over, id];
  return t("connect.possible", { from, to });
}
