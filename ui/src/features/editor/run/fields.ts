// Which fields the Run panel shows: from the plan's input schema, and from what its templates use. Pure.

/** A plan as far as running it goes; a draft may be wrong in every other respect. */
export interface PlanInputs {
  inputSchema?: unknown;
}

/** One place in the input that a step's template refers to. */
export interface InputUse {
  path: readonly string[];
  stepId: string;
  /** The template has nothing to put in its place. */
  isRequired: boolean;
  /** It is gone through item by item. */
  isList: boolean;
}

export type FieldKind = "line" | "text" | "number" | "integer" | "flag" | "choice" | "json";

export interface InputField {
  /** The keys from the top of the input. */
  path: readonly string[];
  /** As the API names it behind `input.`: `contract`, `customer.name`. */
  name: string;
  title: string | null;
  description: string | null;
  kind: FieldKind;
  choices: readonly unknown[];
  isRequired: boolean;
  /** The steps whose templates use it, in the order of the plan. */
  neededBy: readonly string[];
  /** The schema's default as it is written into the field, or nothing. */
  initial: string;
  placeholder: string;
  min: number | null;
  max: number | null;
}

type Schema = Readonly<Record<string, unknown>>;

/** Fields in the order of the schema; behind them what the templates use beyond it. */
export function fieldsOf(plan: PlanInputs, uses: readonly InputUse[]): InputField[] {
  const schema = isRecord(plan.inputSchema) ? plan.inputSchema : null;
  const declared = schema === null ? [] : declaredFields(schema, uses);
  const names = new Set(declared.map((field) => field.path[0]));
  const others = uses.filter(({ path }) => path.length > 0 && !names.has(path[0]));
  // What a closed schema does not name cannot be given, whoever uses it; the API says so at the plan.
  if (schema?.["additionalProperties"] === false) return declared;
  return [...declared, ...usedFields(others)];
}

/** The first of the schema's own examples of a field, as it is written into it. */
export function exampleOf(plan: PlanInputs, field: InputField): string | null {
  const root = isRecord(plan.inputSchema) ? plan.inputSchema : null;
  const properties = root?.["properties"];
  const [key] = field.path;
  if (root === null || key === undefined || !isRecord(properties)) return null;
  const own = resolved(root, properties[key])["examples"];
  if (Array.isArray(own) && own.length > 0) return written(field.kind, own[0]);
  const [whole] = Array.isArray(root["examples"]) ? root["examples"] : [];
  return isRecord(whole) && Object.hasOwn(whole, key) ? written(field.kind, whole[key]) : null;
}

function declaredFields(root: Schema, uses: readonly InputUse[]): InputField[] {
  const { properties } = root;
  if (!isRecord(properties)) return [];
  const required = Array.isArray(root["required"]) ? root["required"] : [];
  return Object.entries(properties).map(([key, raw]) => {
    const schema = resolved(root, raw);
    const kind = kindOf(schema);
    const own = uses.filter(({ path }) => path[0] === key);
    const hasDefault = schema["default"] !== undefined;
    return {
      path: [key],
      name: memberName([key]),
      title: text(schema["title"]),
      description: text(schema["description"]),
      kind,
      choices: choicesOf(schema),
      isRequired: !hasDefault && (required.includes(key) || own.some((use) => use.isRequired)),
      neededBy: stepsOf(own),
      initial: hasDefault ? written(kind, schema["default"]) : "",
      placeholder: placeholderOf(kind, schema),
      min: number(schema["minimum"]),
      max: number(schema["maximum"]),
    };
  });
}

function usedFields(uses: readonly InputUse[]): InputField[] {
  const fields = new Map<string, { path: readonly string[]; uses: InputUse[]; isWhole: boolean }>();
  // Where `a` and `a.b` are both used, `a` is one value with an inside.
  const paths = uses.map((use) => upToIndex(use.path));
  for (const [at, use] of uses.entries()) {
    const path = paths[at] ?? [];
    const shortest = paths.reduce(
      (best, other) => (other.length < best.length && isPrefix(other, path) ? other : best),
      path,
    );
    const name = memberName(shortest);
    const field = fields.get(name) ?? { path: shortest, uses: [], isWhole: false };
    field.uses.push(use);
    field.isWhole ||= use.path.length > shortest.length || use.isList;
    fields.set(name, field);
  }
  return [...fields].map(([name, field]) => ({
    path: field.path,
    name,
    title: null,
    description: null,
    kind: field.isWhole ? "json" : "text",
    choices: [],
    isRequired: field.uses.some((use) => use.isRequired),
    neededBy: stepsOf(field.uses),
    initial: "",
    placeholder: "",
    min: null,
    max: null,
  }));
}

/** A number in a path is an index: what it is taken from is a list, and one field. */
function upToIndex(path: readonly string[]): readonly string[] {
  const at = path.findIndex((key) => /^\d+$/.test(key));
  return at > 0 ? path.slice(0, at) : path;
}

function isPrefix(prefix: readonly string[], path: readonly string[]): boolean {
  return prefix.every((key, index) => key === path[index]);
}

function stepsOf(uses: readonly InputUse[]): string[] {
  return [...new Set(uses.map((use) => use.stepId))];
}

/** As the API writes places: `customer.name`, and `["odd key"]` where a key is no name. */
export function memberName(path: readonly string[]): string {
  return path.reduce((name, key) => {
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) return `${name}[${JSON.stringify(key)}]`;
    return name === "" ? key : `${name}.${key}`;
  }, "");
}

function kindOf(schema: Schema): FieldKind {
  if (choicesOf(schema).length > 0) return "choice";
  switch (typeOf(schema)) {
    case "string":
      return isLong(schema) ? "text" : "line";
    case "number":
      return "number";
    case "integer":
      return "integer";
    case "boolean":
      return "flag";
    default:
      return "json";
  }
}

/** `["string", "null"]` is a string that may be left out. */
function typeOf(schema: Schema): unknown {
  const { type } = schema;
  if (!Array.isArray(type)) return type;
  const types = type.filter((one) => one !== "null");
  return types.length === 1 ? types[0] : undefined;
}

/** Numbers, dates and short names fit on a line; a text of unknown length does not. */
function isLong(schema: Schema): boolean {
  const { maxLength, contentMediaType, format } = schema;
  if (typeof contentMediaType === "string") return true;
  if (typeof format === "string") return false;
  if (typeof maxLength === "number") return maxLength > 200;
  const shown = [schema["default"], ...(Array.isArray(schema["examples"]) ? schema["examples"] : [])];
  const texts = shown.filter((one) => typeof one === "string");
  return texts.length === 0 || texts.some((one) => one.length > 60 || one.includes("\n"));
}

function choicesOf(schema: Schema): readonly unknown[] {
  if (Array.isArray(schema["enum"])) return schema["enum"].filter((one) => one !== null);
  return "const" in schema ? [schema["const"]] : [];
}

const LONGEST_PLACEHOLDER = 60;

function placeholderOf(kind: FieldKind, schema: Schema): string {
  if (schema["default"] !== undefined) return onOneLine(written(kind, schema["default"]));
  const [example] = Array.isArray(schema["examples"]) ? schema["examples"] : [];
  return example === undefined ? "" : onOneLine(written(kind, example));
}

function onOneLine(whole: string): string {
  const line = whole
    .slice(0, LONGEST_PLACEHOLDER * 2)
    .replaceAll(/\s+/g, " ")
    .trim();
  // A contract cut after its title shows nobody what to write.
  return line.length > LONGEST_PLACEHOLDER ? "" : line;
}

/** A value of the input as it stands in its field. */
export function written(kind: FieldKind, value: unknown): string {
  switch (kind) {
    case "line":
    case "text":
      return typeof value === "string" ? value : JSON.stringify(value);
    case "number":
    case "integer":
    case "flag":
    case "choice":
      return JSON.stringify(value) ?? "";
    case "json":
      return JSON.stringify(value, null, 2) ?? "";
    default:
      return never(kind);
  }
}

/** A schema with what its `$ref` within the document points to; its own words win. */
function resolved(root: Schema, raw: unknown): Schema {
  let schema: Schema = isRecord(raw) ? raw : {};
  // A schema can point to itself, so this ends by counting.
  for (let depth = 0; depth < 8; depth += 1) {
    const { $ref: pointer, ...own } = schema;
    if (typeof pointer !== "string") return schema;
    schema = { ...target(root, pointer), ...own };
  }
  return schema;
}

function target(root: Schema, pointer: string): Schema {
  if (!pointer.startsWith("#/")) return {};
  let at: unknown = root;
  for (const part of pointer.slice(2).split("/")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return isRecord(at) ? at : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function never(kind: never): never {
  throw new Error(`Unknown kind of field ${JSON.stringify(kind)}`);
}
