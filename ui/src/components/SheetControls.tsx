// The sheet's controls: buttons, fields, choices, menus, messages.

import { Ellipsis, Pencil, Play, Settings2, Trash2 } from "lucide-react";
import { useState } from "react";

import { Banner } from "./Banner";
import { Button } from "./Button";
import { Checkbox } from "./Checkbox";
import { Chip, TemplateToken } from "./Chip";
import { ConfirmDialog } from "./ConfirmDialog";
import { ContextMenu } from "./ContextMenu";
import { Dialog } from "./Dialog";
import { IconButton } from "./IconButton";
import { Kbd } from "./Kbd";
import { Menu, type MenuItem } from "./Menu";
import { Popover } from "./Popover";
import { SearchField } from "./SearchField";
import { Segmented } from "./Segmented";
import { Select } from "./Select";
import styles from "./Sheet.module.css";
import { SheetSection } from "./SheetSection";
import { Switch } from "./Switch";
import { Tag } from "./Tag";
import { TextArea } from "./TextArea";
import { TextField } from "./TextField";
import { ToastCard } from "./Toast";
import { toast } from "./toasts";

const nothing = () => toast("Done on the sheet");
const ITEMS: MenuItem[] = [
  { heading: "Step" },
  { label: "Edit the prompt", icon: Pencil, keys: "Enter", onSelect: nothing },
  { label: "Always ask a person", isOn: true, onSelect: nothing },
  { label: "Resume", whyNot: "not ended", onSelect: nothing },
  { label: "More", icon: Settings2, items: [{ label: "Compare", onSelect: nothing }] },
  "separator",
  { label: "Delete step", icon: Trash2, keys: "Delete", isDanger: true, onSelect: nothing },
];

export function SheetControls() {
  return (
    <div>
      <SheetSection title="Controls">
        <Buttons />
        <Fields />
        <Choices />
        <div className={styles.row}>
          <Chip isMono onRemove={nothing}>
            extract
          </Chip>
          <Chip>v7</Chip>
          <TemplateToken>{"{{extract.output.clauses}}"}</TemplateToken>
          <Kbd keys="Mod+K" />
          <Kbd keys="G P" />
        </div>
        <div className={styles.toastPlace}>
          <ToastCard toast={{ id: 0, text: "Deleted 2 steps", undo: { keys: "Mod+Z", perform: nothing } }} />
        </div>
        <Banner kind="error" action={<Button>Show data folder</Button>}>
          Not saved. The disk is full; 0 B free.
        </Banner>
        <Banner kind="offline" action={<Button>Now</Button>}>
          Connection lost. Reconnecting in 3 s; shown as of 14:06:52.
        </Banner>
        <Banner kind="warning">Anthropic 2026-10-21 refuses temperature. It is left out of the call.</Banner>
        <Banner kind="note">Simulated. No model was called.</Banner>
      </SheetSection>
      <Dialogs />
    </div>
  );
}

function Buttons() {
  return (
    <>
      <div className={styles.row}>
        <Button variant="primary" icon={Play}>
          Run
        </Button>
        <Button variant="primary" keys="Mod+Enter">
          Run
        </Button>
        <Button>Publish v8</Button>
        <Button variant="ghost">Ghost</Button>
        <Menu trigger={<IconButton name="More" icon={Ellipsis} variant="default" />} items={ITEMS} />
        <Popover label="Versions" trigger={<Button size="small">Small</Button>}>
          Opens beside what it is about.
        </Popover>
      </div>
      <div className={styles.row}>
        <Button variant="danger" icon={Trash2}>
          Delete step
        </Button>
        <Button whyNot="playbook is missing" icon={Play} keys="Mod+Enter">
          Run
        </Button>
        <Button disabled>Unavailable</Button>
        <Button busy="Testing key">Test</Button>
        <Button variant="reject" size="decision" keys="R">
          Reject…
        </Button>
      </div>
    </>
  );
}

function Fields() {
  const [text, setText] = useState("");
  const [search, setSearch] = useState("");
  return (
    <>
      <div className={styles.row}>
        <TextField value={text} onChange={setText} placeholder="Rest" aria-label="Rest" />
        <TextField value="Error" onChange={setText} isInvalid aria-label="Error" />
      </div>
      <SearchField value={search} onChange={setSearch} label="Search names, prompts, tags" />
      <TextArea value={text} onChange={setText} placeholder="Prompt" aria-label="Prompt" mono rows={2} />
    </>
  );
}

function Choices() {
  const [view, setView] = useState("canvas");
  const [isOn, setOn] = useState(true);
  const [model, setModel] = useState("sonnet");
  return (
    <>
      <div className={styles.row}>
        <Segmented
          label="View"
          value={view}
          onChange={setView}
          options={[
            { value: "canvas", label: "Canvas" },
            { value: "outline", label: "Outline" },
            { value: "json", label: "JSON" },
          ]}
        />
        <Switch checked={isOn} onChange={setOn} label="Follow" />
        <Switch checked={!isOn} onChange={(next) => setOn(!next)} label="Stand" />
        <Tag isOn={isOn} onClick={() => setOn(!isOn)}>
          legal
        </Tag>
        <Tag>de</Tag>
      </div>
      <div className={styles.row}>
        <Checkbox checked={isOn} onChange={setOn}>
          Single keys act
        </Checkbox>
        <Checkbox checked="indeterminate" onChange={setOn} label="Some" />
        <Checkbox checked={false} onChange={setOn} label="None" />
      </div>
      <Select
        label="Model"
        value={model}
        onChange={setModel}
        options={[
          { value: "sonnet", label: "sonnet", hint: "$2 / $10" },
          { value: "opus", label: "opus", hint: "$4 / $20" },
          { value: "local", label: "local", whyNot: "no server found" },
        ]}
      />
    </>
  );
}

function Dialogs() {
  const [open, setOpen] = useState<"dialog" | "confirm" | null>(null);
  const change = (isOpen: boolean) => {
    if (!isOpen) setOpen(null);
  };
  return (
    <SheetSection title="Dialogs, toasts, menus">
      <div className={styles.row}>
        <Button onClick={() => setOpen("dialog")}>Dialog</Button>
        <Button onClick={() => setOpen("confirm")}>Confirm</Button>
        <Button onClick={() => toast("Deleted 2 steps", { keys: "Mod+Z", perform: nothing })}>Toast</Button>
        <ContextMenu items={ITEMS}>
          <span className={styles.small}>Right-click here</span>
        </ContextMenu>
      </div>
      <Dialog
        isOpen={open === "dialog"}
        onOpenChange={change}
        title="New plan"
        text="It starts with one step. Everything can be changed on the canvas."
        actions={<Button variant="primary">Create plan</Button>}
      />
      <ConfirmDialog
        isOpen={open === "confirm"}
        onOpenChange={change}
        title="Stop 3 running executions?"
        text="They go on at the next start."
        confirm="Stop 3 executions"
        onConfirm={() => setOpen(null)}
      />
    </SheetSection>
  );
}
