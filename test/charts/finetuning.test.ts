import { describe, expect, it } from "vitest";
import { finetuning } from "../../src/charts/finetuning.ts";
import { exampleStudy } from "../support/example-study.ts";

const read = (data: Parameters<typeof finetuning>[0]) => JSON.parse(JSON.stringify(finetuning(data)));

describe("finetuning", () => {
  it("has the mean validation accuracy over the seeds by method, sparsity and epoch", () => {
    const spec = read(exampleStudy());
    expect(spec.data.values).toHaveLength(2 * 3 * 2);
    expect(spec.data.values[0]).toMatchObject({ method: "l1-unstructured", sparsity: 0, epoch: 0, n: 3 });
    expect(spec.data.values[0].mean).toBeCloseTo(0.978, 12);
    expect(spec.title.subtitle).toBe("Validation accuracy (%), log scale of the error; mean of 3 seeds");
  });

  it("falls back to the validation loss, and to the training loss without validation examples", () => {
    const study = exampleStudy({ regression: true });
    expect(read(study).title.subtitle).toContain("Validation loss");
    const history = study.history.map((row) => ({ ...row, validation_loss: null }));
    const spec = read({ ...study, history });
    expect(spec.title.subtitle).toContain("Training loss");
    expect(spec.data.values.every(({ epoch }: { epoch: number }) => epoch > 0)).toBe(true);
  });

  it("is not drawn without fine-tuning", () => {
    expect(finetuning(exampleStudy({ recovery: "none" }))).toBeUndefined();
    const { results, history } = exampleStudy();
    expect(
      finetuning({ results, history: history.map((row) => ({ ...row, phase: "train" })) }),
    ).toBeUndefined();
  });
});
