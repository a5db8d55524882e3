#!/usr/bin/env node
import { existsSync } from "node:fs";

const cli = new URL("../dist/cli.js", import.meta.url);
if (existsSync(cli)) {
  await import(cli.href);
} else {
  process.stderr.write(
    "prune-lab: this checkout is not built yet (its install ran without scripts or without development packages).\n" +
      "Run: npm install --include=dev && npm run build\n",
  );
  process.exitCode = 3;
}
