import { expect, test } from "vitest";
import { answerOf, changeFor } from "../../../src/cluster/slurm/answers.ts";

/** What sbatch prints of a limit of accounting: the reason, and a sentence that is always the same. */
const beyond = (reason: string) =>
  `sbatch: error: ${reason}\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy ` +
  "(job submit limit, user's size and/or time limits)\n";

const failed = (text: string) => `sbatch: error: Batch job submission failed: ${text}\n`;

test.each([
  "AssocMaxSubmitJobLimit",
  "AssocGrpSubmitJobsLimit",
  "QOSMaxSubmitJobPerUserLimit",
  "QOSGrpSubmitJobsLimit",
  "MaxSubmitJobsPerAccount",
  "AssocMaxJobsLimit",
  "QOSMaxJobsPerUserLimit",
])("%s may have room later", (reason) => {
  expect(answerOf(beyond(reason))).toBe("full");
});

test.each([
  ["AssocMaxWallDurationPerJobLimit", "choose a shorter time"],
  ["QOSMaxWallDurationPerJobLimit", "choose a shorter time"],
  ["QOSMaxCpuPerJobLimit", "choose fewer cpus"],
  ["AssocMaxCpuPerNode", "choose fewer cpus"],
  ["QOSMaxCpuPerUserLimit", "choose fewer cpus"],
  ["AssocGrpCpuLimit", "choose fewer cpus"],
  ["MaxCpuPerAccount", "choose fewer cpus"],
  ["AssocMaxCpuMinutesPerJobLimit", "choose a shorter time or fewer cpus"],
  ["AssocGrpCPUMinutesLimit", "choose a shorter time or fewer cpus"],
  ["MaxMemPerLimit", "choose less memory"],
  ["QOSMaxMemoryPerJob", "choose less memory"],
  ["AssocMaxMemPerNode", "choose less memory"],
  ["QOSMinCpuNotSatisfied", "ask for more cpus or memory, or for another QOS (sbatch)"],
  ["QOSMaxNodePerJobLimit", undefined],
  ["QOSMaxGRESPerJob", undefined],
])("%s never changes: %s", (reason, change) => {
  expect(answerOf(beyond(reason))).toBe("refused");
  expect(changeFor(beyond(reason))).toBe(change);
});

test.each([
  ["Requested time limit is invalid (missing or exceeds some limit)", "refused", "choose a shorter time"],
  ["Requested node configuration is not available", "refused", undefined],
  ["Memory required by task is not available", "refused", "choose less memory"],
  ["More processors requested than permitted", "refused", "choose fewer cpus"],
  ["Invalid account or account/partition combination specified", "refused", undefined],
  [
    "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
    "full",
    undefined,
  ],
  ["MaxJobCount limit reached", "full", undefined],
  ["Socket timed out on send/recv operation", "silent", undefined],
  ["Unable to contact slurm controller (connect failure)", "silent", undefined],
])("%s: %s", (text, answer, change) => {
  expect(answerOf(failed(text))).toBe(answer);
  expect(changeFor(failed(text))).toBe(change);
});
