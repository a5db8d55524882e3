import type { Masks } from "../../network/mask.ts";
import { type Parameters, parameterSpecs } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import type { Home } from "./home.ts";
import type { ParameterValues } from "./layers/layer.ts";
import type { Runtime, Tensor } from "./runtime.ts";
import { TrainedParameter } from "./trained-parameter.ts";
import type { Variable } from "./variable.ts";

/** Variables of the network's own, one for each parameter and slot: fused ops of the optimizer change them. */
export class OwnVariables implements Home {
  readonly parameters: readonly TrainedParameter[];

  constructor(runtime: Runtime, spec: NetworkSpec, slotCount: number) {
    this.parameters = parameterSpecs(spec).map((each) => new TrainedParameter(runtime, each, slotCount));
  }

  values(): ParameterValues {
    return new Map(this.parameters.map(({ name, variable }) => [name, variable.value()]));
  }

  masked(gradients: readonly Tensor[]): readonly Tensor[] {
    return this.parameters.map((parameter, index) => parameter.masked(gradients[index] as Tensor));
  }

  setMasks(masks: Masks): void {
    for (const parameter of this.parameters) parameter.setMask(masks.get(parameter.name));
  }

  read(slot?: number): Parameters {
    return new Map(
      this.parameters.map((parameter) => [parameter.name, parameter.read(variableOf(parameter, slot))]),
    );
  }

  write(tensors: Parameters, slot?: number): void {
    for (const parameter of this.parameters) parameter.write(variableOf(parameter, slot), tensors);
  }

  dispose(): void {
    for (const parameter of this.parameters) parameter.dispose();
  }
}

function variableOf({ variable, slots }: TrainedParameter, slot: number | undefined): Variable {
  return slot === undefined ? variable : (slots[slot] as Variable);
}
