import * as yaml from "yaml";
import type { StudyOptions } from "../experiment/options.ts";

/** A config as YAML with every default written out; loading it gives the same config again. */
export function resolvedConfigYaml({
  seedRule,
  ...config
}: Pick<StudyOptions, "seeds" | "seedRule">): string {
  const written = seedRule === undefined ? config : { ...config, seeds: seedRule };
  return toYaml(new yaml.Document(written, { aliasDuplicateObjects: false }));
}

/** A document's text, with lists of plain values on one line: `seeds: [0, 1, 2]`. */
export function toYaml(document: yaml.Document): string {
  yaml.visit(document, {
    Seq: (_key, list) => {
      if (list.items.every((item) => yaml.isScalar(item))) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 100, flowCollectionPadding: false });
}
