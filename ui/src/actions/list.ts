// Everything that a person can do by name: one list that feeds menus, keys, tooltips and the command palette.
//
// A name here has a text in `texts/*/actions.json`. What it does, and whether it can be done now, is said by the
// screen that is open (`useAction`).

import {
  Activity,
  Archive,
  ArrowDown,
  ArrowUp,
  Ban,
  Bot,
  ChartGantt,
  CirclePlay,
  ClipboardPaste,
  Command,
  Copy,
  CopyPlus,
  Download,
  FlaskConical,
  Focus,
  FolderOpen,
  Hand,
  Keyboard,
  LayoutGrid,
  type LucideIcon,
  Maximize,
  MousePointer2,
  Moon,
  Plus,
  Redo2,
  RotateCcw,
  Scissors,
  Search,
  Settings2,
  SquarePlus,
  StickyNote,
  Sun,
  SunMoon,
  Trash2,
  Undo2,
  Upload,
  UserRoundCheck,
  UserRoundX,
  Workflow,
} from "lucide-react";

export type ActionGroup = "go" | "do" | "edit" | "view" | "help";

export interface ActionDefinition {
  group: ActionGroup;
  icon: LucideIcon;
  /** `Mod` is Ctrl, on macOS Command. `G P` is G, then P. Several mean the same. */
  keys?: readonly string[];
  /** Works while somebody types; only keys with `Mod` or `Escape`. */
  whileTyping?: boolean;
  /** The text field's own meaning of the key wins there (undo, copy). */
  yieldsToText?: boolean;
}

const define = <const T extends Record<string, ActionDefinition>>(actions: T) => actions;

export const ACTIONS = define({
  "palette.open": { group: "help", icon: Command, keys: ["Mod+K"], whileTyping: true },
  "help.keys": { group: "help", icon: Keyboard, keys: ["?"] },
  "search.focus": { group: "do", icon: Search, keys: ["/"] },

  "go.plans": { group: "go", icon: Workflow, keys: ["G P"] },
  "go.executions": { group: "go", icon: Activity, keys: ["G E"] },
  "go.settings": { group: "go", icon: Settings2, keys: ["G S"] },

  "theme.system": { group: "view", icon: SunMoon },
  "theme.light": { group: "view", icon: Sun },
  "theme.dark": { group: "view", icon: Moon },

  "plan.new": { group: "do", icon: Plus, keys: ["C"] },
  "plan.import": { group: "do", icon: Upload },
  "plan.paste": { group: "do", icon: ClipboardPaste },
  "plan.open": { group: "do", icon: FolderOpen },
  "plan.run": { group: "do", icon: CirclePlay, keys: ["Mod+Enter"], whileTyping: true },
  "plan.dryRun": { group: "do", icon: FlaskConical },
  "plan.publish": { group: "do", icon: Upload, keys: ["Mod+S"], whileTyping: true },
  "plan.duplicate": { group: "do", icon: CopyPlus },
  "plan.exportJson": { group: "do", icon: Download },
  "plan.exportYaml": { group: "do", icon: Download },
  "plan.archive": { group: "do", icon: Archive },

  "edit.undo": { group: "edit", icon: Undo2, keys: ["Mod+Z"], yieldsToText: true },
  "edit.redo": { group: "edit", icon: Redo2, keys: ["Mod+Shift+Z", "Mod+Y"], yieldsToText: true },
  "edit.cut": { group: "edit", icon: Scissors, keys: ["Mod+X"], yieldsToText: true },
  "edit.copy": { group: "edit", icon: Copy, keys: ["Mod+C"], yieldsToText: true },
  "edit.paste": { group: "edit", icon: ClipboardPaste, keys: ["Mod+V"], yieldsToText: true },
  "edit.duplicate": { group: "edit", icon: CopyPlus, keys: ["Mod+D"] },
  "edit.delete": { group: "edit", icon: Trash2, keys: ["Delete", "Backspace"] },
  "edit.selectAll": { group: "edit", icon: Maximize, keys: ["Mod+A"], yieldsToText: true },
  "edit.find": { group: "edit", icon: Search, keys: ["Mod+F"], whileTyping: true },

  "step.add": { group: "edit", icon: SquarePlus, keys: ["S"] },
  "note.add": { group: "edit", icon: StickyNote, keys: ["N"] },
  "step.editPrompt": { group: "edit", icon: Bot, keys: ["Enter"] },
  "canvas.select": { group: "view", icon: MousePointer2, keys: ["V"] },
  "canvas.pan": { group: "view", icon: Hand, keys: ["H"] },
  "canvas.fit": { group: "view", icon: Maximize, keys: ["1"] },
  "canvas.fitSelection": { group: "view", icon: Focus, keys: ["2"] },
  "canvas.layout": { group: "edit", icon: LayoutGrid, keys: ["L"] },

  "execution.cancel": { group: "do", icon: Ban },
  "execution.resume": { group: "do", icon: RotateCcw },
  "execution.follow": { group: "view", icon: Focus, keys: ["F"] },
  "rows.next": { group: "view", icon: ArrowDown, keys: ["J"] },
  "rows.previous": { group: "view", icon: ArrowUp, keys: ["K"] },
  "execution.next": { group: "view", icon: ArrowDown, keys: ["J"] },
  "execution.previous": { group: "view", icon: ArrowUp, keys: ["K"] },
  "execution.timeline": { group: "view", icon: ChartGantt, keys: ["T"] },
  "execution.exportJson": { group: "do", icon: Download },
  "approval.approve": { group: "do", icon: UserRoundCheck, keys: ["A"] },
  "approval.reject": { group: "do", icon: UserRoundX, keys: ["R"] },
});

export type ActionName = keyof typeof ACTIONS;

export function isActionName(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}
