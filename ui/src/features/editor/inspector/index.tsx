// The panel's tabs of steps and plan.

export { PlanInspector } from "./PlanInspector";
export { SharedInspector } from "./SharedInspector";
export { StepInspector } from "./StepInspector";
