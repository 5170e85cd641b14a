// The shapes of the API under the names that the screens use. All of them come from the generated schema.

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Plan = Schemas["PlanView"];
/** A plan as somebody writes it: what POST and PUT take and a draft holds. */
export type PlanDocument = Schemas["Plan"];
export type Step = Schemas["Step"];
export type PlanStats = Schemas["PlanStats"];
export type Draft = Schemas["DraftView"];
export type Version = Schemas["VersionView"];
export type Problem = Schemas["Problem"];
export type Fix = Schemas["Fix"];
export type PatchOperation = Schemas["PatchOperation"];
export type Issue = Schemas["Issue"];
export type ErrorBody = Schemas["ErrorBody"];
export type Validation = Schemas["Validation"];

export type Execute = Schemas["Execute"];
export type Execution = Schemas["ExecutionView"];
export type ExecutionStatus = Schemas["ExecutionStatus"];
export type StepView = Schemas["StepView"];
export type TaskStatus = Schemas["TaskStatus"];
export type Progress = Schemas["Progress"];
export type StepDetail = Schemas["StepDetail"];
export type Attempt = Schemas["AttemptView"];
export type DryRun = Schemas["DryRunView"];
export type DryRunRequest = Schemas["DryRun"];
export type Hitl = Schemas["Hitl"];

export type Approval = Schemas["ApprovalView"];
export type Model = Schemas["ModelView"];
export type Lane = Schemas["LaneView"];
export type Settings = Schemas["PublicSettings"];
export type Provider = Schemas["PublicProvider"];
export type Alias = Schemas["AliasSettings"];
export type Health = Schemas["HealthView"];
export type ApiKey = Schemas["KeyView"];
export type MainKey = Schemas["MainKeyView"];
export type Pagination = Schemas["Pagination"];

/** Where steps stand on the canvas, in px at zoom 1, and what is noted beside them. */
export interface Layout {
  nodes: Record<string, Position>;
  notes: Note[];
}

export interface Position {
  x: number;
  y: number;
}

export interface Note {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  text: string;
}
