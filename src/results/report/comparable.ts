import { count } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { primaryMetric } from "../../metrics/registry.ts";
import type { OverlaidStudy } from "./overlay.ts";
import { listed } from "./parts.ts";
import { datasetChecksum } from "./reproduce.ts";

/** Studies whose figures can be compared: measured by the same metric on the same test examples. */
export interface ComparableStudies {
  /** `mnist, 10,000 test examples` */
  readonly label: string;
  readonly studies: readonly OverlaidStudy[];
}

/**
 * Parts studies by what their figures stand on: dataset, number of test examples, checksum of the data where it is
 * known, and metric. In the order in which they come; a table that stands alone, whose checksum nobody knows, goes with
 * the first that agrees in the rest.
 */
export function comparable(studies: readonly OverlaidStudy[]): ComparableStudies[] {
  const basisOf = ({ rows }: OverlaidStudy) =>
    JSON.stringify([rows[0]?.dataset, rows[0]?.test_examples, primaryMetric(rows).name]);
  const bases = [...groupBy(studies, basisOf).values()];
  const severalMetrics = new Set(studies.map(({ rows }) => primaryMetric(rows).name)).size > 1;
  return bases.flatMap((alike) => {
    const known = new Set(alike.flatMap((study) => datasetChecksum(study) ?? []));
    const [first] = known;
    const groups = [...groupBy(alike, (study) => datasetChecksum(study) ?? first).entries()];
    return groups.map(([checksum, of]) => {
      const [row] = of[0]?.rows ?? [];
      const data = groups.length > 1 && checksum !== undefined ? ` (SHA-256 ${checksum.slice(0, 8)})` : "";
      const metric = severalMetrics ? `, by ${primaryMetric(of[0]?.rows ?? []).noun}` : "";
      return {
        label: `${row?.dataset}${data}, ${count(row?.test_examples ?? 0, "test example")}${metric}`,
        studies: of,
      };
    });
  });
}

/** Why the studies are shown apart; undefined where they are not. */
export function apartSentence(groups: readonly ComparableStudies[]): string | undefined {
  if (groups.length < 2) return undefined;
  const tests = groups.map(({ label, studies }) => `${label} (${listed(studies.map(({ name }) => name))})`);
  return (
    `These sweeps do not stand on the same test: ${tests.join("; ")}. Figures of different tests cannot be compared, ` +
    "so each has findings, charts, ranks and tables of its own."
  );
}
