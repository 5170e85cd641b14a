// The thread in hand, and the reason beside the pointer when it cannot be tied where it is.

import { type ConnectionLineComponentProps, useConnection, useViewport } from "@xyflow/react";
import { CircleX } from "lucide-react";
import { use, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "../components/Icon";
import { CanvasContext } from "./CanvasContext";
import styles from "./DrawnThread.module.css";
import { NODE_HEIGHT, NODE_WIDTH } from "./measures";
import thread from "./Thread.module.css";
import { threadPath } from "./threadLook";
import type { Drawn } from "./useConnecting";
import type { Places } from "./useGlide";

export function DrawnThread({ fromX, fromY, toX, toY, fromHandle }: ConnectionLineComponentProps) {
  const canvas = use(CanvasContext);
  const connecting = canvas?.connecting ?? null;
  const end = canvas?.overAt ?? { x: toX, y: toY };
  const isForward = fromHandle.type === "source";
  const path = isForward ? threadPath(fromX, fromY, end.x, end.y) : threadPath(end.x, end.y, fromX, fromY);
  const classes = [thread.thread, connecting?.isRefused ? thread.refused : thread.drawn];
  return (
    <>
      <path className={classes.join(" ")} d={path} />
      <circle className={connecting?.isRefused ? styles.endRefused : styles.end} cx={end.x} cy={end.y} r={4.5} />
    </>
  );
}

/** Where the loose end snaps to: the handle of what it is over. */
export function overAt({ connecting }: Drawn, places: Places): { x: number; y: number } | null {
  const place = connecting.over === null ? undefined : places.get(connecting.over);
  if (!place) return null;
  return { x: place.x + (connecting.holds === "from" ? 0 : NODE_WIDTH), y: place.y + NODE_HEIGHT / 2 };
}

/** Follows the pointer, says what it is over and, when that is refused, why. */
export function Reason({ drawn, onFollow }: { drawn: Drawn; onFollow: (x: number, y: number) => void }) {
  const { t } = useTranslation("graph");
  const { x: left, y: top, zoom } = useViewport();
  const to = useConnection((connection) => (connection.inProgress ? connection.to : null));
  useEffect(() => {
    if (to) onFollow(to.x, to.y);
  }, [to, onFollow]);
  if (!to) return null;
  const { refused, connecting } = drawn;
  const style = { transform: `translate(${to.x * zoom + left + 16}px, ${to.y * zoom + top + 16}px)` };
  if (refused) {
    return (
      <div className={styles.refusal} style={style}>
        <span className={styles.icon}>
          <Icon icon={CircleX} sizePx={16} />
        </span>
        <span>
          <Marked text={t(`refusal.${refused.kind}`, { from: marked(refused.from), to: marked(refused.to) })} />
        </span>
      </div>
    );
  }
  return connecting.over === null ? (
    <div className={styles.hint} style={style}>
      {t("connect.newStep")}
    </div>
  ) : null;
}

/** Ids stand out in a sentence: they are put between two marks that no text has. */
const MARK = "\u0001";
const marked = (id: string) => `${MARK}${id}${MARK}`;

function Marked({ text }: { text: string }) {
  return text.split(MARK).map((part, index) => (index % 2 === 1 ? <b key={index}>{part}</b> : part));
}
