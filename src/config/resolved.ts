import * as yaml from "yaml";
import type { Config } from "./schema.ts";

/** The config as YAML with every default written out; loading it gives the same config again. */
export function resolvedConfigYaml(config: Config): string {
  const document = new yaml.Document(config, { aliasDuplicateObjects: false });
  writeShortListsInline(document);
  return document.toString({ lineWidth: 110 });
}

/** Lists of plain values stand on one line: `seeds: [ 0, 1, 2 ]`. */
export function writeShortListsInline(document: yaml.Document): void {
  yaml.visit(document, {
    Seq: (_key, list) => {
      if (list.items.every((item) => yaml.isScalar(item))) list.flow = true;
    },
  });
}
