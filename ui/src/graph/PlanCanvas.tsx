// The canvas of a plan: in an editor it is drawn and connected on it, in an execution it is watched on it. It owns what
// is seen and held at this moment (camera, tool, what is in hand), and nothing of the plan.

import "./xyflow.css";

import { ReactFlow, ReactFlowProvider, SelectionMode, useStore } from "@xyflow/react";
import { memo, type MouseEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Note, TaskStatus } from "../api/types";
import { CanvasActions } from "./CanvasActions";
import { CanvasContext, type CanvasValue, Moving } from "./CanvasContext";
import { CanvasFoot } from "./CanvasFoot";
import type { PlanCanvasProps } from "./canvasProps";
import { DrawnThread, overAt, Reason } from "./DrawnThread";
import { FarDrawing } from "./FarDrawing";
import { Loading } from "./Loading";
import { GRID, ZOOM_LEAST, ZOOM_MOST, zoomLevel } from "./measures";
import { NoteNode } from "./NoteNode";
import { Overlay } from "./Overlay";
import styles from "./PlanCanvas.module.css";
import { placesOf, stepAt } from "./places";
import { Spoken } from "./Spoken";
import { StepNode } from "./StepNode";
import { Thread } from "./Thread";
import type { Tool } from "./Toolbar";
import { useArranging } from "./useArranging";
import { useCamera } from "./useCamera";
import { useCanvasHandle } from "./useCanvasHandle";
import { focused, useCanvasKeys } from "./useCanvasKeys";
import { useConnecting } from "./useConnecting";
import { useDragging } from "./useDragging";
import { NO_FLOW, useFlow } from "./useFlow";
import { useResizing, useSelection, useThreadSelection } from "./useFlowChanges";
import { type Places, useGlide } from "./useGlide";
import { useNear } from "./useNear";
import { useFollow, useReady } from "./useReady";
import { useRegion } from "./useRegion";
import { useStable } from "./useStable";
import { WarpLines } from "./WarpLines";

const NODE_TYPES = { step: StepNode, note: NoteNode };
const EDGE_TYPES = { thread: Thread };
const SNAP_GRID: [number, number] = [GRID, GRID];
const MULTI_KEYS = ["Shift", "Meta", "Control"];
const ZOOM_KEYS = ["Meta", "Control"];
const MIDDLE_BUTTON = [1];
const PRO = { hideAttribution: true };
/** Beyond these only what is around the view has elements, only what is in view is known, from far it is a drawing. */
const MOST_WHOLE = 150;
const MOST_MOUNTED = 2_000;
const MOST_PICKS = 600;

/** Whether a thread can be tied is said by the canvas itself, which knows the whole plan. */
const saidElsewhere = () => false;

export const PlanCanvas = memo(function PlanCanvas(props: PlanCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
});

function Canvas(props: PlanCanvasProps) {
  const { mode, steps, layout, selection, onSelect, onOpen, isBare = false } = props;
  const edits = mode === "edit" ? props.edits : undefined;
  const { t } = useTranslation("graph");
  const { t: common } = useTranslation("common");
  const root = useRef<HTMLDivElement>(null);
  const [tool, setTool] = useState<Tool>("select");
  const level = useStore((store) => zoomLevel(store.transform[2]));
  const camera = useCamera(isBare);

  const target = useMemo(() => placesOf(steps, layout), [steps, layout]);
  const shown = useRef<Places>(target);
  const dragging = useDragging(shown, layout.notes, edits);
  const { drag } = dragging;
  const places = useGlide(target, drag?.places ?? null);
  useLayoutEffect(() => {
    shown.current = places;
  }, [places]);

  const connecting = useConnecting(steps, places, edits);
  const inHand = connecting.drawn?.connecting ?? null;
  const { selectedThreads, clearThreads, changeThreads } = useThreadSelection();
  const resizing = useResizing(layout.notes);
  const select = useSelection(selection, onSelect);
  const { isReady, onInit } = useReady(props, target, camera);
  useFollow(props.focusStep, target, camera, isReady);
  const arranging = useArranging(steps, edits, camera);
  const handle = useCanvasHandle({ ...props, root, places: target, camera, arrange: arranging.arrange });
  useNear(root, places, edits !== undefined && level !== "far");
  const entry = useEntry(root, steps, selection);

  useList(root, t("steps"));

  const isDrawing = level === "far" && steps.length > MOST_PICKS;
  const pans = edits === undefined || tool === "pan" || isDrawing;
  const made = useFlow({
    ...props,
    defaultModel: props.defaultModel ?? "sonnet",
    places,
    notes: useMemo(() => moved(resizing.notes, drag?.places), [resizing.notes, drag]),
    selectedThreads,
    entry,
    isFar: level === "far",
    region: useRegion(steps.length > MOST_WHOLE && isReady),
    dragged: drag?.places,
    connecting: inHand,
  });
  const flow = isDrawing || !isReady ? NO_FLOW : made;
  const changeNote = useStable((id: string, change: Parameters<CanvasValue["changeNote"]>[1]) => {
    edits?.onNote(id, change);
  });
  const isLarge = steps.length > MOST_WHOLE;
  const [movingThreads] = useState(() => new Moving());
  const [movingSteps] = useState(() => new Moving());
  const texts = props.texts ?? null;
  const drawn = connecting.drawn;
  const end = useMemo(() => drawn && overAt(drawn, places), [drawn, places]);
  const value = useMemo(
    () => ({
      t,
      statusWord: (status: TaskStatus) => common(`status.${status}`),
      mode,
      level,
      texts,
      connecting: inHand,
      overAt: end,
      changeNote,
      isLarge,
      movingThreads,
      movingSteps,
    }),
    [t, common, mode, level, texts, inHand, end, changeNote, isLarge, movingThreads, movingSteps],
  );
  useCanvasKeys(root, {
    steps,
    layout,
    selection,
    onSelect,
    onOpen,
    edits,
    selectedThreads,
    clearThreads,
    places: target,
    cancel: () => dragging.cancel() || connecting.cancel(),
    goTo: handle.goTo,
  });
  const onPaneClick = useStable((event: MouseEvent) => {
    if (!isDrawing) return;
    const found = stepAt(target, camera.pointOf(event), 32);
    onSelect(new Set(found === null ? [] : [found]));
  });

  return (
    <CanvasContext value={value}>
      <div
        ref={root}
        tabIndex={-1}
        className={styles.canvas}
        data-tool={pans ? "pan" : "select"}
        data-level={level}
        data-large={isLarge || undefined}
      >
        <WarpLines />
        {steps.length > MOST_WHOLE && entry !== null && (
          <EntryButton count={steps.length} onEnter={() => handle.goTo(entry)} />
        )}
        <ReactFlow
          aria-label={t("canvas")}
          nodes={flow.nodes}
          edges={flow.edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onInit={useStable(onInit)}
          onNodesChange={useStable((changes) => {
            select(changes);
            dragging.follow(changes);
            resizing.resize(changes);
          })}
          onEdgesChange={useStable(changeThreads)}
          onNodeDragStart={useStable((event, _node, nodes) => dragging.begin(event, nodes))}
          onNodeDragStop={useStable(dragging.end)}
          onConnectStart={useStable((_event, { nodeId, handleType }) => connecting.begin(nodeId, handleType))}
          onConnectEnd={useStable(connecting.end)}
          onNodeDoubleClick={useStable((_event, node) => {
            if (node.type === "step") onOpen?.(node.id);
          })}
          onPaneClick={onPaneClick}
          onMoveStart={useStable(() => root.current?.setAttribute("data-moving", ""))}
          onMoveEnd={useStable((_event, view) => {
            root.current?.removeAttribute("data-moving");
            if (isReady) props.onView?.(view);
          })}
          connectionLineComponent={DrawnThread}
          isValidConnection={saidElsewhere}
          connectOnClick={false}
          nodesDraggable={edits !== undefined && tool === "select"}
          nodesConnectable={edits !== undefined}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={MULTI_KEYS}
          selectionOnDrag={!pans}
          selectionMode={SelectionMode.Partial}
          panOnDrag={pans ? true : MIDDLE_BUTTON}
          panActivationKeyCode="Space"
          panOnScroll
          zoomActivationKeyCode={ZOOM_KEYS}
          zoomOnDoubleClick={false}
          snapToGrid
          snapGrid={SNAP_GRID}
          minZoom={ZOOM_LEAST}
          maxZoom={ZOOM_MOST}
          onlyRenderVisibleElements={steps.length > MOST_MOUNTED}
          proOptions={PRO}
        >
          {isDrawing && <FarDrawing steps={steps} places={places} selection={selection} views={props.views} />}
          <Overlay drag={drag} preview={props.preview ?? null} places={places} />
        </ReactFlow>
        {drawn && <Reason drawn={drawn} onFollow={connecting.follow} />}
        {props.isLoading && steps.length === 0 && <Loading />}
        {!isBare && isReady && (
          <CanvasFoot
            {...{ steps, selection, camera, handle, edits, tool }}
            views={props.views}
            places={target}
            onTool={setTool}
            isArranging={arranging.state === "arranging"}
          />
        )}
        {props.children && <div className={styles.card}>{props.children}</div>}
        <CanvasActions handle={handle} edits={edits} onTool={setTool} />
        <Spoken drawn={drawn} arranging={arranging} stepCount={steps.length} />
      </div>
    </CanvasContext>
  );
}

/** The step that Tab enters: the one that had the focus, else a selected one, else the first. */
function useEntry(
  root: RefObject<HTMLElement | null>,
  steps: PlanCanvasProps["steps"],
  selection: ReadonlySet<string>,
): string | null {
  const [last, setLast] = useState<string | null>(null);
  useEffect(() => {
    const element = root.current;
    const onFocus = (event: Event) => {
      const { step } = focused(event.target);
      if (step !== undefined) setLast(step);
    };
    element?.addEventListener("focusin", onFocus);
    return () => element?.removeEventListener("focusin", onFocus);
  }, [root]);
  return useMemo(() => {
    const isThere = last !== null && steps.some(({ id }) => id === last);
    return isThere ? last : ((steps.find(({ id }) => selection.has(id)) ?? steps[0])?.id ?? null);
  }, [steps, selection, last]);
}

/** The steps are a list of buttons for those who do not see them. */
function useList(root: RefObject<HTMLElement | null>, name: string): void {
  useEffect(() => {
    const nodes = root.current?.querySelector(".react-flow__nodes");
    nodes?.setAttribute("role", "list");
    nodes?.setAttribute("aria-label", name);
  }, [root, name]);
}

function EntryButton({ count, onEnter }: { count: number; onEnter: () => void }) {
  const { t } = useTranslation("graph");
  return (
    <button type="button" className={styles.entry} onClick={onEnter}>
      {t("enterSteps", { count })}
    </button>
  );
}

function moved(notes: readonly Note[], places: Places | undefined): readonly Note[] {
  return places ? notes.map((note) => ({ ...note, ...places.get(note.id) })) : notes;
}
