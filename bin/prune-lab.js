#!/usr/bin/env node
import { existsSync } from "node:fs";

const cli = new URL("../dist/cli.js", import.meta.url);
if (existsSync(cli)) {
  await import(cli.href).catch((error) => {
    // Its own files, before there is anything that could put the error into words.
    if (!["EMFILE", "ENFILE", "ENOMEM", "EACCES", "EIO"].includes(error?.code)) throw error;
    process.stderr.write(`prune-lab: its own files cannot be read (${error.message}).\n`);
    if (error.code === "EMFILE") process.stderr.write("Allow more open files: ulimit -n 1024\n");
    process.exitCode = 3;
  });
} else {
  process.stderr.write(
    "prune-lab: this checkout is not built yet (its install ran without scripts or without development packages).\n" +
      "Run: npm install --include=dev && npm run build\n",
  );
  process.exitCode = 3;
}
