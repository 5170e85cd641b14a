// Nearer, farther, all of it; in an editor with the percent between, which goes back to 100.

import { useStore } from "@xyflow/react";
import { Minus, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import { IconButton } from "../components/IconButton";
import { percent } from "../components/format";
import { ActionIcon } from "./Toolbar";
import styles from "./Toolbar.module.css";
import type { Camera } from "./useCamera";

const STEP = 1.25;

export function ZoomControl({ camera, hasPercent, onFit }: { camera: Camera; hasPercent: boolean; onFit: () => void }) {
  const { t } = useTranslation("graph");
  return (
    <div className={styles.bar} role="group" aria-label={t("view")}>
      <IconButton name={t("zoomOut")} icon={Minus} side="top" onClick={() => camera.zoomBy(1 / STEP)} />
      {hasPercent && <Percent onReset={() => camera.zoomTo(1)} />}
      <IconButton name={t("zoomIn")} icon={Plus} side="top" onClick={() => camera.zoomBy(STEP)} />
      <ActionIcon name="canvas.fit" onClick={onFit} />
    </div>
  );
}

function Percent({ onReset }: { onReset: () => void }) {
  const { t } = useTranslation("graph");
  const zoom = useStore((store) => Math.round(store.transform[2] * 100));
  return (
    <button type="button" className={styles.percent} title={t("zoomTo")} onClick={onReset}>
      {percent(zoom / 100)}
    </button>
  );
}
