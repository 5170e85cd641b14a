export { PlanInspector } from "./PlainPlan";
export { SharedInspector } from "./PlainShared";
export { StepInspector } from "./PlainStep";
