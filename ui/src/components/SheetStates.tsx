// The sheet's larger parts: header, table, panel, empty and error, panes.

import { Braces, FlaskConical, Play, RotateCcw, UserRound } from "lucide-react";
import { useState } from "react";

import { Button } from "./Button";
import { Chip } from "./Chip";
import { EmptyState } from "./EmptyState";
import { ErrorState } from "./ErrorState";
import { Field } from "./Field";
import { FileChip, FileDrop } from "./FileDrop";
import { day, duration, money } from "./format";
import { NumberField } from "./NumberField";
import { HeaderLine, PageHeader } from "./PageHeader";
import { Pane, Panes, ResizeEdge } from "./Panes";
import { ControlRow, Row } from "./Row";
import styles from "./Sheet.module.css";
import { SheetSection } from "./SheetSection";
import { SkeletonRows } from "./Skeleton";
import { StatusWord } from "./StatusWord";
import { Switch } from "./Switch";
import { Table, Td, Th, Tr } from "./Table";
import { TabPanel, Tabs } from "./Tabs";
import { TextField } from "./TextField";

export function SheetStates() {
  return (
    <>
      <div>
        <SheetSection title="Empty and error">
          <div className={styles.card}>
            <EmptyState
              isInline
              title="No approvals open"
              text="A step that asks for a person, or scores below its threshold, lands here."
              action={<Button>See decided</Button>}
            />
          </div>
          <ErrorState
            isInline
            title="Anthropic refused the key"
            text="Three steps wait on it. Nothing was charged."
            code={401}
            action={
              <>
                <Button variant="primary">Replace key</Button>
                <Button>Run on simulator</Button>
              </>
            }
          />
          <SkeletonRows rows={2} label="Reading plans" />
        </SheetSection>
        <SheetSection title="Header, table, panes">
          <PageHeader
            crumbs={[
              <a key="plans" href="#plans">
                Plans
              </a>,
            ]}
            title="contract-review"
            state={<Chip>v7</Chip>}
            actions={
              <>
                <Button variant="ghost">Versions</Button>
                <HeaderLine />
                <Button variant="primary">Run</Button>
              </>
            }
          />
          <Rows />
          <div className={styles.panes}>
            <Panes name="sheet">
              <Pane id="left" minSize={80}>
                Left
              </Pane>
              <ResizeEdge />
              <Pane id="right" minSize={80}>
                Right
              </Pane>
            </Panes>
          </div>
        </SheetSection>
      </div>
      <SheetSection title="Run panel">
        <RunPanel />
      </SheetSection>
    </>
  );
}

function Rows() {
  const [isUp, setUp] = useState(false);
  return (
    <Table label="Plans">
      <thead>
        <tr>
          <Th order={isUp ? "ascending" : "descending"} onSort={() => setUp(!isUp)}>
            Plan
          </Th>
          <Th>Last execution</Th>
          <Th isEnd onSort={() => setUp(!isUp)}>
            Avg cost
          </Th>
          <Th isEnd>Changed</Th>
        </tr>
      </thead>
      <tbody>
        <Tr>
          <Td>contract-review</Td>
          <Td>
            <StatusWord status="running" />
          </Td>
          <Td isEnd>{money(0.2134)}</Td>
          <Td isEnd isQuiet>
            {day("2026-11-20T14:02:00Z")}
          </Td>
        </Tr>
        <Tr isSelected>
          <Td>claims-triage</Td>
          <Td>
            <StatusWord status="paused" />
          </Td>
          <Td isEnd>{money(null)}</Td>
          <Td isEnd isQuiet>
            {duration(19_234)}
          </Td>
        </Tr>
      </tbody>
    </Table>
  );
}

function RunPanel() {
  const [tab, setTab] = useState<"step" | "plan" | "run">("run");
  const [law, setLaw] = useState("Germany");
  const [budget, setBudget] = useState<number | null>(0.5);
  const [asks, setAsks] = useState(true);
  return (
    <div className={styles.card}>
      <Tabs
        label="Inspector"
        value={tab}
        onChange={setTab}
        tabs={[
          { value: "step", label: "Step" },
          { value: "plan", label: "Plan", count: 3 },
          { value: "run", label: "Run" },
        ]}
      >
        <TabPanel value="step">
          <ControlRow label="Always ask a person" icon={UserRound}>
            {(labelId) => <Switch checked={asks} onChange={setAsks} labelledBy={labelId} />}
          </ControlRow>
          <Row label="Retry" icon={RotateCcw} value="3 attempts, from 1 s">
            <NumberField label="Attempts" value={3} onChange={setBudget} />
          </Row>
          <Row label="Output schema" icon={Braces} value="Free text" />
        </TabPanel>
        <TabPanel value="plan">Plan</TabPanel>
        <TabPanel value="run" className={styles.pad}>
          <Field label="contract" note="text, required" isMono>
            <FileChip
              name="Halden-Norrvik-MSA-2026-11.txt"
              detail="74 kB, about 18,400 tokens"
              onRemove={() => setLaw("")}
            />
          </Field>
          <Field label="governing_law" note="text" isMono hint="The law that the contract names.">
            <TextField value={law} onChange={setLaw} />
          </Field>
          <Field label="playbook" note="text, required" isMono isRequired error="analyze-risk needs this input.">
            <TextField value="" onChange={setLaw} placeholder="Drop a file or type" />
          </Field>
          <Field label="schedule">
            <FileDrop onFiles={() => setLaw("file")} />
          </Field>
          <div className={styles.two}>
            <Field label="Budget">
              <NumberField value={budget} onChange={setBudget} prefix="$" min={0} step={0.1} />
            </Field>
            <Field label="Ask a person below">
              <NumberField value={0.85} onChange={setBudget} min={0} max={1} step={0.05} />
            </Field>
          </div>
        </TabPanel>
      </Tabs>
      <div className={styles.foot}>
        <Button icon={FlaskConical}>Dry run</Button>
        <Button icon={Play} keys="Mod+Enter" whyNot="analyze-risk needs playbook">
          Run
        </Button>
      </div>
    </div>
  );
}
