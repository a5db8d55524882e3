#!/usr/bin/env node
import { closeSync, existsSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** That a run failed, see the help. Node's own code for what nobody catches is 1, which is a regression here. */
const FAILED = 3;

// Until the program is loaded and does so itself.
process.once("uncaughtException", fail);

const cli = new URL("../dist/bundle/cli.js", import.meta.url);
if (existsSync(cli)) {
  try {
    await import(cli.href);
  } catch (error) {
    fail(error);
  }
} else {
  process.stderr.write(
    "prune-lab: this checkout is not built yet (its install ran without scripts or without development packages).\n" +
      "Run: npm install --include=dev && npm run build\n",
  );
  process.exitCode = FAILED;
}

/** Says why the program does not load. */
function fail(error) {
  const text = filesAreShort()
    ? "prune-lab: too many files are open: the system allows this process no more.\nAllow more: ulimit -n 1024\n"
    : `prune-lab: the program does not load: ${String(error?.message ?? error).split("\n", 1)[0]}\nInstall it again: npm ci\n`;
  process.stderr.write(text, () => process.exit(FAILED));
  process.exitCode = FAILED;
}

/** Node takes a file that it cannot open for one that is not there. */
function filesAreShort() {
  const opened = [];
  try {
    while (opened.length < 64) opened.push(openSync(fileURLToPath(import.meta.url)));
    return false;
  } catch (error) {
    return error.code === "EMFILE" || error.code === "ENFILE";
  } finally {
    opened.forEach(closeSync);
  }
}
