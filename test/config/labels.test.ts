import { describe, expect, it } from "vitest";
import { load, MINIMAL, problemsOf } from "./fixtures.ts";

const METHODS =
  "prune: { methods: [l1-unstructured, { name: tickets, criterion: magnitude, allocation: global }] }\n";
const withLabels = (labels: string) => `${MINIMAL}${METHODS}labels: ${labels}\n`;

describe("labels", () => {
  it("name methods and axes; none is the default", async () => {
    const { labels } = await load(
      withLabels('{ methods: { tickets: "Tickets (ours)" }, axes: { sparsity: "Sparsity (%)" } }'),
    );
    expect(labels).toEqual({ methods: { tickets: "Tickets (ours)" }, axes: { sparsity: "Sparsity (%)" } });
    expect((await load(MINIMAL)).labels).toBeUndefined();
  });

  it("are set from the command line too", async () => {
    const { labels } = await load(MINIMAL, [
      "labels.methods.l1-unstructured=L1",
      "labels.axes.accuracy=Accuracy (%)",
    ]);
    expect(labels).toEqual({ methods: { "l1-unstructured": "L1" }, axes: { accuracy: "Accuracy (%)" } });
  });

  it("may name a registered method that this config leaves out", async () => {
    const { labels } = await load(withLabels("{ methods: { global-magnitude: Global } }"));
    expect(labels?.methods).toEqual({ "global-magnitude": "Global" });
  });

  it.each([
    [
      "{ methods: { ticket: T } }",
      "case.yaml:4: labels.methods.ticket: no method of this config. Did you mean 'tickets'? Methods: l1-unstructured, tickets.",
    ],
    [
      "{ methods: { tickets: l1-unstructured } }",
      "case.yaml:4: labels.methods.tickets: 'l1-unstructured' is what l1-unstructured is called already.",
    ],
    [
      "{ axes: { sparsty: S } }",
      "case.yaml:4: labels.axes.sparsty: unknown key. Did you mean 'sparsity'? Keys here: sparsity, accuracy, loss, size, macs, epoch.",
    ],
    [
      '{ methods: { tickets: "two\\nlines" } }',
      "case.yaml:4: labels.methods.tickets: a label is text on one line, without spaces around it.",
    ],
  ])("%s is refused", async (labels, problem) => {
    expect(await problemsOf(withLabels(labels))).toEqual([problem]);
  });
});
