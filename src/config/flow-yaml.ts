import * as yaml from "yaml";

/** A value on one line, as `--set` takes it: `{ name: mlp, hidden: [ 161, 64 ] }`. */
export function flowYaml(value: unknown): string {
  const document = new yaml.Document(value, { aliasDuplicateObjects: false });
  yaml.visit(document, {
    Collection: (_key, node) => {
      node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 }).trim();
}
