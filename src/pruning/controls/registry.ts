import { Registry } from "../../foundations/registry.ts";
import type { Control, MethodControl } from "../control.ts";
import { corrupted } from "./corrupted.ts";
import { dense } from "./dense.ts";
import { inverted } from "./inverted.ts";
import { narrowerMacs } from "./narrower-macs.ts";
import { narrowerParameters } from "./narrower-parameters.ts";
import { random } from "./random.ts";
import { reinitialized } from "./reinitialized.ts";
import { shuffled } from "./shuffled.ts";
import { unpruned } from "./unpruned.ts";

/** What a method, or a study, is compared with. */
export const controls = new Registry<Control>(
  "control",
  [dense, unpruned, random, shuffled, inverted, corrupted, reinitialized, narrowerParameters, narrowerMacs],
  {
    reinit: "reinitialized",
    shuffle: "shuffled",
    invert: "inverted",
    corrupt: "corrupted",
    narrower: "narrower-parameters",
  },
);

/** Those that a method is a variant by. */
export function methodControls(): readonly MethodControl[] {
  return controls.list().filter((control) => control.of === "method");
}

/** Of a method that says it is one: throws as `controls.named` does. */
export function methodControl(name: string): MethodControl {
  const control = controls.named(name);
  if (control.of !== "method") throw new RangeError(`${name} is no variant of a method`);
  return control;
}
