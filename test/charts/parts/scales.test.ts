import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  boundsNear,
  heightOn,
  logTicks,
  metricScale,
  prunedChannel,
  spreadApart,
} from "../../../src/charts/parts/scales.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { loss } from "../../../src/metrics/loss.ts";
import { ownMetric } from "../../support/own-metric.ts";

describe("prunedChannel", () => {
  it("spans from the most to the least that is kept, labelled at the sparsities", () => {
    const { scale, axis, position } = prunedChannel([0, 0.5, 0.99, 0.5]);
    expect(position(0.5)).toBe(0.5);
    expect(scale.domain).toEqual([1, 1 - 0.99]);
    expect(axis.values).toEqual([1, 0.5, 1 - 0.99]);
  });

  it("has a place for nothing kept, apart from the other sparsities", () => {
    const { scale, position } = prunedChannel([0, 0.9, 1]);
    expect(position(1)).toBeCloseTo(0.05, 12);
    expect(scale.domain[1]).toBe(position(1));
  });

  it.each([0, 0.9, 1])("puts a single sparsity of %s in the middle", (sparsity) => {
    const { scale, position } = prunedChannel([sparsity]);
    expect(Math.sqrt(scale.domain[0] * scale.domain[1])).toBeCloseTo(position(sparsity), 12);
  });
});

describe("metricScale", () => {
  it("labels accuracies by what is right and places them by what is wrong", () => {
    const { position, scale, ticks } = metricScale(accuracy, [0.98, 0.1]);
    expect(position(0.98)).toBeCloseTo(0.02, 12);
    expect(scale.reverse).toBe(true);
    expect(scale.domain[1]).toBe(1);
    expect(ticks.map(({ label }) => label)).toEqual([
      "98",
      "97",
      "95",
      "93",
      "90",
      "80",
      "70",
      "50",
      "30",
      "0",
    ]);
  });

  it("has a finite place for an accuracy of 1 and a loss of 0", () => {
    for (const scale of [metricScale(accuracy, [1, 0.9]), metricScale(accuracy, [1])]) {
      expect(scale.position(1)).toBeGreaterThanOrEqual(scale.scale.domain[0]);
    }
    expect(metricScale(loss, [0, 2]).position(0)).toBe(1);
  });
});

describe("metricScale of a linear axis", () => {
  it("has room for all values, four ticks or more, and the values as they are", () => {
    const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), (values) => {
        const { position, scale, ticks } = metricScale(ownMetric(), values);
        for (const value of values) {
          expect(position(value)).toBe(value);
          const height = heightOn(scale, value);
          expect(height > 0 && height < 1).toBe(true);
        }
        expect(ticks.length).toBeGreaterThanOrEqual(4);
        expect(ticks.length).toBeLessThanOrEqual(12);
      }),
    );
  });

  it("has room for values that rounding can hardly tell apart", () => {
    for (const values of [[5e-324], [1e9, 1e9 + 2e-7], [-1e9 - 2e-7, -1e9], [0], [0, 5e-324]]) {
      const { scale, ticks } = metricScale(ownMetric(), values);
      for (const value of values) expect(heightOn(scale, value)).toBeGreaterThan(0.01);
      for (const value of values) expect(heightOn(scale, value)).toBeLessThan(0.99);
      expect(new Set(ticks.map(({ value }) => value)).size).toBeGreaterThanOrEqual(4);
    }
  });

  it("reaches to a bound that is near, and not to one that is far", () => {
    const score = ownMetric({ bounds: [0, 1] });
    expect(boundsNear(score, [0.5, 0.9])).toEqual([1]);
    expect(boundsNear(score, [0.1, 0.9])).toEqual([0, 1]);
    expect(boundsNear(score, [0.4, 0.5])).toEqual([]);
    expect(metricScale(score, [0.5, 0.9]).scale.domain[1]).toBeCloseTo(1.03, 12);
    expect(metricScale(ownMetric({ unit: "%" }), [0.5, 0.9]).ticks.map(({ label }) => label)).toContain("50");
  });
});

describe("logTicks", () => {
  it("has room for all values and four to ten ticks, over any range up to ten decades", () => {
    const range = fc.tuple(
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 10, noNaN: true }),
    );
    fc.assert(
      fc.property(range, ([low, decades]) => {
        const high = low * 10 ** decades;
        const { domain, values } = logTicks([high, low]);
        expect(domain[0] < low && high < domain[1]).toBe(true);
        expect(values.length).toBeGreaterThanOrEqual(4);
        expect(values.length).toBeLessThanOrEqual(12);
        expect(
          values.every((value) => value >= domain[0] * (1 - 1e-9) && value <= domain[1] * (1 + 1e-9)),
        ).toBe(true);
      }),
    );
  });
});

describe("spreadApart", () => {
  it("leaves what is far enough apart where it is", () => {
    expect(spreadApart([50, 10, 90], 20, 100)).toEqual([50, 10, 90]);
  });

  it("moves what is too close and keeps the order", () => {
    expect(spreadApart([10, 10, 12], 5, 100)).toEqual([10, 15, 20]);
    expect(spreadApart([99, 100], 5, 100)).toEqual([95, 100]);
  });

  it("keeps the gap between any positions", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 12 }), (positions) => {
        const sorted = spreadApart(positions, 17, 300).sort((a, b) => a - b);
        for (let i = 1; i < sorted.length; i++) {
          expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(17);
        }
        if (sorted.length > 0) expect(sorted.at(-1)).toBeLessThanOrEqual(300);
      }),
    );
  });
});
