import * as yaml from "yaml";
import * as z from "zod";
import { datasets } from "../datasets/registry.ts";
import { wrap } from "../foundations/wrap.ts";
import { models } from "../models/registry.ts";
import { toYaml } from "./resolved.ts";
import { configFields } from "./schema.ts";
import { childSchema, objectMembers, unwrap } from "./shape.ts";

const LINE_WIDTH = 100;

/**
 * A config with every setting at its default and explained, as YAML: what `init` writes. `name` is left to the
 * file's own name; settings without a value of their own stand as comments.
 */
export function starterConfig(file: string): string {
  const schema = configFields();
  const { name: _, ...defaults } = schema.parse({
    name: "unnamed",
    dataset: { name: datasets.names()[0] },
    model: { name: models.names()[0] },
  });
  const document = new yaml.Document(defaults, { aliasDuplicateObjects: false });
  if (yaml.isMap(document.contents)) explain(document.contents, schema, defaults, 0);
  document.commentBefore =
    ` A prune-lab sweep. Run it: prune-lab sweep --config ${file}\n` +
    " Every value is the default: delete what you do not change.\n" +
    ` \n${document.contents?.comment ?? ""}`;
  if (document.contents !== null) document.contents.comment = null;
  return toYaml(document);
}

/** Puts each key's description before it, and the settings that have no value after all others. */
function explain(mapping: yaml.YAMLMap, schema: z.core.$ZodType, value: object, depth: number): void {
  const width = LINE_WIDTH - 2 * depth - 2;
  for (const [i, { key, value: node }] of mapping.items.entries()) {
    if (!yaml.isScalar(key)) continue;
    const name = String(key.value);
    const child = childSchema(schema, name, value);
    if (child === undefined) continue;
    key.commentBefore = commented(description(schema, name, child), width);
    key.spaceBefore = depth === 0 && i > 0;
    if (yaml.isMap(node)) explain(node, child, (value as Record<string, object>)[name] ?? {}, depth + 1);
  }
  const absent = objectMembers(schema, value).flatMap((member) =>
    Object.entries(member.shape).filter(([name]) => !mapping.has(name)),
  );
  if (absent.length === 0) return;
  mapping.comment = absent
    .map(([name, child]) => commented(`${name}: ${unwrap(child).description ?? ""}`, width))
    .join("\n");
}

function description(schema: z.core.$ZodType, name: string, child: z.core.$ZodType): string {
  const { core } = unwrap(schema);
  const named = unwrap(child);
  const choices =
    core instanceof z.ZodDiscriminatedUnion && core.def.discriminator === name
      ? [...(core._zod.propValues[name] ?? [])]
      : named.core instanceof z.ZodEnum
        ? named.core.options
        : [];
  const text = named.core instanceof z.ZodLiteral ? "" : (named.description ?? "");
  return choices.length === 0 ? text : `${text} One of: ${choices.join(", ")}.`.trimStart();
}

/** A text as the content of a YAML comment: lines that begin with a space. */
function commented(text: string, width: number): string {
  return wrap(text, width)
    .map((line) => ` ${line}`)
    .join("\n");
}
