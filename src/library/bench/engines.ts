import { engines, openEngine } from "../../engines/registry.ts";
import type { Notify } from "../../foundations/notices.ts";
import type { BenchEngine } from "./contenders.ts";

/** The engines that are measured unless one is named. */
const KERNELS = ["kernels-native", "kernels-wasm"];

/** Opens the engine of this name; without one each build of the kernels that runs here. */
export async function openEngines(name: string | undefined, notify: Notify): Promise<BenchEngine[]> {
  if (name !== undefined) return [await openOne(name, notify)];
  const opened: BenchEngine[] = [];
  for (const kernels of KERNELS) {
    const availability = await engines.named(kernels).check();
    if (availability.available) opened.push(await openOne(kernels, notify));
    else notify(`Without ${kernels}: ${availability.reason}. ${availability.remedy}`);
  }
  return opened;
}

async function openOne(asked: string, notify: Notify): Promise<BenchEngine> {
  const engine = await openEngine(asked, notify);
  const { name, device } = engine.description;
  return {
    name,
    device,
    forms: ["dense", "masked", "sparse", "shrunk"],
    load: async (form, { count, shape, values }) => {
      const { network, parameters, masks } = form.network;
      const laidOut = await engine.createNetwork(network, { name: "sgd", momentum: 0, weightDecay: 0 });
      await laidOut.setMasks(masks);
      await laidOut.writeParameters(parameters);
      const examples = {
        count,
        shape,
        inputs: { kind: "floats", values },
        // Nothing reads them.
        targets: { kind: "classes", labels: new Uint8Array(count), classes: 1 },
      } as const;
      const orders = new Map<number, Uint32Array>();
      const outputs = (batch: number) => {
        if (batch === 1 && laidOut.outputsOfOne !== undefined) return laidOut.outputsOfOne(examples, 0);
        const order = orders.get(batch) ?? new Uint32Array(batch).map((_, i) => i);
        orders.set(batch, order);
        return laidOut.outputs(examples, order);
      };
      return {
        engine: name,
        form,
        outputs,
        time: async (batch, calls) => {
          const start = performance.now();
          for (let call = 0; call < calls; call++) await outputs(batch);
          return (performance.now() - start) / 1000;
        },
      };
    },
    close: () => engine.dispose(),
  };
}
