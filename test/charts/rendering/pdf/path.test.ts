import { expect, it } from "vitest";
import {
  apply,
  identity,
  type Matrix,
  multiply,
  scaleOf,
} from "../../../../src/charts/rendering/pdf/matrix.ts";
import { Path, type PathTarget } from "../../../../src/charts/rendering/pdf/path.ts";

/** The parts of a path as text, rounded. */
function partsOf(path: Path): string[] {
  const parts: string[] = [];
  const part =
    (name: string) =>
    (...numbers: number[]) =>
      parts.push([name, ...numbers.map((number) => Number(number.toFixed(3)) + 0)].join(" "));
  const target: PathTarget = {
    moveTo: part("M"),
    lineTo: part("L"),
    bezierCurveTo: part("C"),
    closePath: part("Z"),
  };
  path.paint(target);
  return parts;
}

it("maps are applied in the order of a Canvas: the last given first", () => {
  const moved: Matrix = [1, 0, 0, 1, 10, 20];
  const doubled: Matrix = [2, 0, 0, 2, 0, 0];
  expect(apply(multiply(moved, doubled), 1, 1)).toEqual([12, 22]);
  expect(apply(multiply(doubled, moved), 1, 1)).toEqual([22, 42]);
  expect(scaleOf(multiply(moved, doubled))).toBe(2);
});

it("each point goes through the map of the moment it is given, and the path is painted more than once", () => {
  const path = new Path();
  path.moveTo(identity, 1, 2);
  path.lineTo([1, 0, 0, 1, 10, 0], 1, 2);
  path.closePath();
  expect(partsOf(path)).toEqual(["M 1 2", "L 11 2", "Z"]);
  expect(partsOf(path)).toEqual(["M 1 2", "L 11 2", "Z"]);
});

it("a circle is four curves, an arc goes the way it is told", () => {
  const circle = new Path();
  circle.arc(identity, 0, 0, 1, 0, 2 * Math.PI, false);
  const k = "0.552";
  expect(partsOf(circle)).toEqual([
    "M 1 0",
    `C 1 ${k} ${k} 1 0 1`,
    `C -${k} 1 -1 ${k} -1 0`,
    `C -1 -${k} -${k} -1 0 -1`,
    `C ${k} -1 1 -${k} 1 0`,
  ]);
  const quarter = new Path();
  quarter.arc(identity, 0, 0, 1, 0, 1.5 * Math.PI, true);
  expect(partsOf(quarter)).toEqual(["M 1 0", `C 1 -${k} ${k} -1 0 -1`]);
});

it("a quadratic curve becomes the cubic one with the same points", () => {
  const path = new Path();
  path.moveTo(identity, 0, 0);
  path.quadraticCurveTo(identity, 3, 6, 6, 0);
  expect(partsOf(path)).toEqual(["M 0 0", "C 2 4 4 4 6 0"]);
});
