import { expect, test } from "vitest";
import { Failures } from "../../src/cluster/failures.ts";

const FULL = "No space is left.";

test("the same words of the same run are the study's, on whichever node", () => {
  const failures = new Failures({ excludes: true });
  expect(failures.hear({ node: "n1", message: FULL }, ["a", "b"])).toBe("nothing");
  expect(failures.hear({ node: "n1", message: FULL }, ["b"])).toBe("study");
  expect([...failures.nodes]).toEqual([]);
});

test("the same words from two nodes are the study's", () => {
  const failures = new Failures({ excludes: true });
  expect(failures.hear({ node: "n1", message: FULL }, ["a"])).toBe("nothing");
  expect(failures.hear({ node: "n2", message: FULL }, ["b"])).toBe("study");
});

test("the same words of other runs on one node are the node's, however many begin there", () => {
  const failures = new Failures({ excludes: true });
  expect(failures.hear({ node: "n1", message: FULL }, ["a"])).toBe("nothing");
  expect(failures.hear({ node: "n1", message: FULL }, ["b"])).toBe("node");
  expect(failures.hear({ node: "n1", message: FULL }, ["c"])).toBe("node");
  expect([...failures.nodes]).toEqual([["n1", FULL]]);
});

test("other words are another failure", () => {
  const failures = new Failures({ excludes: true });
  expect(failures.hear({ node: "n1", message: FULL }, ["a"])).toBe("nothing");
  expect(failures.hear({ node: "n2", message: "The loss is no number." }, ["a"])).toBe("nothing");
});

test("where no node can be left out, a run is tried once more", () => {
  const failures = new Failures({ excludes: false });
  expect(failures.hear({ node: "n1", message: FULL }, ["a"])).toBe("nothing");
  expect(failures.hear({ node: "n1", message: FULL }, ["b"])).toBe("nothing");
  expect(failures.hear({ node: "n1", message: FULL }, ["a"])).toBe("study");
  expect([...failures.nodes]).toEqual([]);
});
