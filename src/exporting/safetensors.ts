import { encodeSafetensors, type Metadata } from "../foundations/safetensors.ts";
import { parameterSpecs } from "../network/parameters.ts";
import { compressTensors } from "../pruning/compression.ts";
import type { ExportFormat } from "./format.ts";

/** In the metadata of what is exported, which a checkpoint of a sweep does not have. */
const EXPORT_KEY = "export";

/** The weights alone: exact zeros are pruned. */
export const safetensors: ExportFormat = {
  name: "safetensors",
  summary: "The weights without the masks, dense: a state_dict for whatever reads safetensors.",
  fileName: (stem) => `${stem}.dense.safetensors`,
  recognize: recognizer("dense"),
  encode: ({ network, parameters, metadata }) =>
    encodeSafetensors(
      parameterSpecs(network).flatMap(({ name, shape }) => {
        const values = parameters.get(name);
        return values === undefined ? [] : [{ name, shape, values }];
      }),
      marked(metadata, "dense"),
    ),
};

export const safetensorsCompressed: ExportFormat = {
  name: "safetensors-compressed",
  summary:
    "Kept weights with a bitmask or in compressed sparse rows, the smaller one tensor by tensor; masks included.",
  fileName: (stem) => `${stem}.compressed.safetensors`,
  recognize: recognizer("compressed"),
  encode: ({ network, parameters, masks, metadata }) => {
    const compressed = compressTensors(parameterSpecs(network), parameters, masks);
    return encodeSafetensors(compressed.tensors, {
      ...marked(metadata, "compressed"),
      ...compressed.metadata,
    });
  },
};

type Kind = "dense" | "compressed";

/** The key comes first, so that the beginning of the file tells. What is read was perhaps an export itself. */
function marked({ [EXPORT_KEY]: _export, ...metadata }: Metadata, kind: Kind): Metadata {
  return { [EXPORT_KEY]: kind, ...metadata };
}

function recognizer(kind: Kind): (beginning: string) => boolean {
  return (beginning) => beginning.includes(`{"__metadata__":{"${EXPORT_KEY}":"${kind}"`);
}
