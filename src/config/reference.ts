import { configJsonSchema, type JsonSchema } from "./json-schema.ts";

/** docs/config.md: every setting with its type, default and meaning, from the schema alone. */
export function configReference(): string {
  const written = new Map<string, string>();
  return [
    "# The config",
    "",
    "<!-- Written by `npm run docs` from src/config/schema.ts. -->",
    "",
    "A config is one YAML mapping. A key that is not listed here is an error. Any field can be given on the",
    "command line instead, by its path and a YAML value: `--set train.epochs=3`, `--set prune.finetune=null`,",
    "`--set prune.sparsities.0=0.1`. `prune-lab init` writes a config with every default, `prune-lab schema`",
    "prints the JSON Schema for editors.",
    "",
    ...keyTable("", configJsonSchema(), written),
    ...keySections("", configJsonSchema(), 2, written),
  ].join("\n");
}

/** `written` remembers the value schemas that have a section, by their JSON, and the path they are explained at. */
type Written = Map<string, string>;

function keySections(parent: string, schema: JsonSchema, level: number, written: Written): string[] {
  return keysOf(schema).flatMap(([key, child]) => {
    const path = parent === "" ? key : `${parent}.${key}`;
    const mappings = mappingsIn(child);
    if (mappings.every((mapping) => keysOf(mapping).length === 0) || written.has(signature(child))) return [];
    written.set(signature(child), path);
    return [
      `${"#".repeat(level)} \`${path}\``,
      "",
      ...mappings.flatMap((mapping) => [
        ...memberTitle(mapping, mappings.length),
        ...keyTable(path, mapping, written),
      ]),
      ...mappings.flatMap((mapping) => keySections(path, mapping, level + 1, written)),
    ];
  });
}

/** `name: adam` and what it is, for one of several mappings; for one that no name tells from the others what it is. */
function memberTitle(mapping: JsonSchema, members: number): string[] {
  const found = fixedKey(mapping);
  if (found === undefined) {
    return members > 1 && mapping.description !== undefined ? [mapping.description, ""] : [];
  }
  const [key, { const: value, description }] = found;
  return [`**\`${key}: ${value}\`**${description === undefined ? "" : ` ${description}`}`, ""];
}

function keyTable(path: string, mapping: JsonSchema, written: Written): string[] {
  const fixed = fixedKey(mapping)?.[0];
  const rows = keysOf(mapping)
    .filter(([key]) => key !== fixed)
    .map(([key, child]) => {
      const explained = written.get(signature(child));
      const elsewhere = explained !== undefined && explained !== `${path}.${key}`;
      const type = elsewhere ? `as \`${explained}\`` : typeText(child);
      const fallback = mapping.required?.includes(key) ? "required" : defaultText(child);
      return `| \`${key}\` | ${type} | ${fallback} | ${escaped(child.description ?? "")} |`;
    });
  return rows.length === 0 ? [] : ["| key | value | default | meaning |", "|---|---|---|---|", ...rows, ""];
}

function keysOf(mapping: JsonSchema): [string, JsonSchema][] {
  return Object.entries(mapping.properties ?? {}) as [string, JsonSchema][];
}

/** What a value may be, without its default and meaning: equal for equal schemas. */
function signature({ default: _, description: __, ...schema }: JsonSchema): string {
  return JSON.stringify(schema);
}

/** The mappings that a value may be, through unions and lists. */
function mappingsIn(schema: JsonSchema): JsonSchema[] {
  if (schema.type === "object") return [schema];
  return [...alternatives(schema), ...items(schema)].flatMap(mappingsIn);
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return (schema.oneOf ?? schema.anyOf ?? []) as JsonSchema[];
}

function items(schema: JsonSchema): JsonSchema[] {
  return typeof schema.items === "object" && !Array.isArray(schema.items) ? [schema.items] : [];
}

/** The key with a fixed value that tells a mapping from its alternatives, such as `name: adam`. */
function fixedKey(mapping: JsonSchema): [string, JsonSchema] | undefined {
  return keysOf(mapping).find(([key, child]) => child.const !== undefined && mapping.required?.includes(key));
}

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  const members = alternatives(schema);
  if (members.length > 0) return [...new Set(members.map(typeText))].join(" or ");
  if (Array.isArray(schema.type)) {
    const types: readonly string[] = schema.type;
    return types.map((type) => typeText({ ...schema, type } as JsonSchema)).join(" or ");
  }
  switch (schema.type) {
    case "integer":
      return `whole number${rangeText(schema)}`;
    case "number":
      return `number${rangeText(schema)}`;
    case "string":
      return "text";
    case "boolean":
      return "`true`, `false`";
    case "null":
      return "`null`";
    case "array":
      return `list${items(schema).map((item) => `${lengthText(schema)} of: ${typeText(item)}`)}`;
    default:
      return "mapping";
  }
}

/** Only where the length is not fixed. */
function lengthText({ maxItems }: JsonSchema): string {
  return maxItems === undefined ? "" : `, at most ${maxItems},`;
}

function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  return [
    exclusiveMinimum === undefined ? "" : ` above ${exclusiveMinimum}`,
    minimum === undefined ? "" : ` from ${minimum}`,
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? "" : ` to ${maximum}`,
    exclusiveMaximum === undefined ? "" : ` below ${exclusiveMaximum}`,
  ].join("");
}

/** A mapping whose settings all have defaults needs none of its own. */
function defaultText(schema: JsonSchema): string {
  if (schema.default === undefined || JSON.stringify(schema.default) === "{}") return "";
  return code(schema.default);
}

/** A value in YAML's flow style. */
function code(value: unknown): string {
  if (Array.isArray(value)) return `\`[${value.map(String).join(", ")}]\``;
  if (value === null || typeof value !== "object") return `\`${value}\``;
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${inner}`);
  return `\`{ ${entries.join(", ")} }\``;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
