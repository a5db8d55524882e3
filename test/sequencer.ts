import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Short files that take long: at the end one of them would leave the other cores without work. */
const LONG =
  /tiny-distilbert\.test\.ts$|\/faults\/|\/exporting\/agreement\.test\.ts$|\/long-tables\.test\.ts$/;

/** The largest files first, as always where no durations are known, but before them the short ones that take long. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
