import { expect, test } from "vitest";
import { prospectOf } from "../../../src/cluster/slurm/prospect.ts";

test.each([
  ["Priority", "waits"],
  ["Resources", "waits"],
  ["Dependency", "waits"],
  ["BeginTime", "waits"],
  ["QOSMaxJobsPerUserLimit", "waits"],
  ["AssocGrpCpuLimit", "waits"],
  ["DependencyNeverSatisfied", "lost"],
  ["launch failed requeued held", "lost"],
  ["JobHeldUser", "stuck"],
  ["JobHeldAdmin", "stuck"],
  ["PartitionTimeLimit", "stuck"],
  ["AssocMaxWallDurationPerJobLimit", "stuck"],
  ["QOSMaxCpuPerJobLimit", "stuck"],
  ["QOSMaxMemoryPerJob", "stuck"],
  ["AssocMaxCpuPerNode", "stuck"],
  ["AssocMaxCpuMinutesPerJobLimit", "stuck"],
  ["MaxMemPerLimit", "stuck"],
  ["QOSMinCpuNotSatisfied", "stuck"],
  ["QOSMinMemory", "stuck"],
  ["JobHoldMaxRequeue", "stuck"],
  ["QOSMaxCpuPerUserLimit", "waits"],
  ["MaxMemoryPerAccount", "waits"],
  ["BadConstraints", "stuck"],
])("a task that waits for %s: %s", (reason, prospect) => {
  expect(prospectOf({ job: "1", index: 0, state: "PENDING", reason, node: "" })).toBe(prospect);
});
