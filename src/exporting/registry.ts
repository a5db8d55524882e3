import { Registry } from "../foundations/registry.ts";
import type { ExportFormat } from "./format.ts";
import { onnx } from "./onnx/onnx.ts";
import { safetensors, safetensorsCompressed } from "./safetensors.ts";
import { torch } from "./torch.ts";
import { web } from "./web/web.ts";

/** Every format of `prune-lab export`. The command, its help, `list`, the completion and the tests are made from here. */
export const exportFormats = new Registry<ExportFormat>(
  "export format",
  [safetensors, safetensorsCompressed, onnx, torch, web],
  {
    dense: "safetensors",
    sparse: "safetensors-compressed",
    compressed: "safetensors-compressed",
    csr: "safetensors-compressed",
    bitmask: "safetensors-compressed",
    onnxruntime: "onnx",
    pytorch: "torch",
    python: "torch",
    pt: "torch",
    html: "web",
    page: "web",
    wasm: "web",
    browser: "web",
  },
);
