import { createRequire } from "node:module";
import path from "node:path";
import type * as BullMq from "bullmq";
import type * as IoRedis from "ioredis";
import { inputError } from "../../foundations/errors.ts";
import { packageRoot } from "../../foundations/paths.ts";
import { whoElseCanChange } from "../../foundations/trust.ts";

export interface RedisPackages {
  readonly bullmq: typeof BullMq;
  readonly ioredis: typeof IoRedis;
}

/** Both are optional, and loaded only by who computes with Redis. Throws a PruneLabError of kind `input` without them. */
export async function loadRedisPackages(): Promise<RedisPackages> {
  const require = createRequire(path.join(packageRoot, "package.json"));
  for (const name of ["bullmq", "ioredis"]) {
    let file: string;
    try {
      file = require.resolve(name);
    } catch (error) {
      throw inputError(`The package ${name} is not installed, and tasks go through Redis with it.`, {
        hint: "Install both where prune-lab is: npm install --ignore-scripts bullmq@6 ioredis@6 (with -g if prune-lab is installed so).",
        cause: error,
      });
    }
    const problem = whoElseCanChange(file);
    if (problem !== undefined) {
      throw inputError(`The package ${name} is not loaded from ${file}: ${problem}.`, {
        hint: "Take the right to write there from others (chmod go-w).",
      });
    }
  }
  const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
  return { bullmq, ioredis };
}
