import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import type { Pins } from "../../../../src/engines/tensorflow/setup/set-up.ts";
import { sha256 } from "../../../../src/foundations/hash.ts";
import { sendRange, serve } from "../../../datasets/server.ts";

/** An installation of a few kilobytes with the parts of the real one, and the content of its one wheel. */
export interface TinyPins {
  readonly pins: Pins;
  readonly wheel: Uint8Array;
}

const FILE = "tensorflow_cpu-0.0.1-cp311-cp311-manylinux_2_27_x86_64.whl";

const MAKE_WHEEL = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("tensorflow_cpu-0.0.1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tensorflow-cpu\\nVersion: 0.0.1\\n")
    wheel.writestr("tensorflow_cpu-0.0.1.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: cp311-cp311-manylinux_2_27_x86_64\\n")
    wheel.writestr("tensorflow_cpu-0.0.1.dist-info/RECORD", "")
    wheel.writestr("tensorflow/libtensorflow_cc.so.2", bytes(range(256)) * 800)
    wheel.writestr("tensorflow/libtensorflow_framework.so.2", b"library")
    wheel.writestr("tensorflow/include/tensorflow/c/c_api.h", b"// header")
    wheel.writestr("tensorflow/python/not_used.py", b"pass")
`;

/** A package that loads as tfjs-node-gpu does, as far as the set-up looks. */
const PACKAGE_CODE =
  "exports.backend = () => ({ binding: { TF_Version: '0.0.1' }, isUsingGpuDevice: false });\n";

export async function makeTinyPins(folder: string): Promise<TinyPins> {
  const npm = path.join(folder, "npm");
  const inside = path.join(npm, "tfjs");
  await mkdir(path.join(inside, "binding"), { recursive: true });
  const dependencies = { "@tensorflow/tfjs-node-gpu": "file:tfjs" };
  await writeFile(path.join(npm, "package.json"), JSON.stringify({ name: "tiny", dependencies }));
  const packages = {
    "": { name: "tiny", dependencies },
    "node_modules/@tensorflow/tfjs-node-gpu": { resolved: "tfjs", link: true },
    tfjs: { name: "@tensorflow/tfjs-node-gpu", version: "4.22.0" },
  };
  await writeFile(
    path.join(npm, "package-lock.json"),
    JSON.stringify({ name: "tiny", lockfileVersion: 3, requires: true, packages }),
  );
  await writeFile(
    path.join(inside, "package.json"),
    JSON.stringify({ name: "@tensorflow/tfjs-node-gpu", version: "4.22.0", main: "index.js" }),
  );
  await writeFile(path.join(inside, "index.js"), PACKAGE_CODE);
  const file = path.join(folder, FILE);
  execFileSync("python3", ["-c", MAKE_WHEEL, file]);
  const wheel = await readFile(file);
  return {
    wheel,
    pins: {
      npm,
      npmBytes: 0,
      installedBytes: 0,
      wheels: [{ name: "tensorflow-cpu", version: "0.0.1", bytes: wheel.length, sha256: sha256(wheel) }],
    },
  };
}

/** A compiler that makes an empty file, or fails with the given message. */
export async function makeCompiler(folder: string, message?: string): Promise<string> {
  const file = path.join(folder, message === undefined ? "compiler" : "broken-compiler");
  const compile =
    message === undefined
      ? 'while [ "$1" != -o ]; do shift; done; : >"$2"'
      : `echo 'binding/tfjs_backend.cc:1:1: error: ${message}' >&2; exit 1`;
  await writeFile(file, `#!/bin/sh\n[ "$1" = --version ] && exit 0\n${compile}\n`);
  await chmod(file, 0o755);
  return file;
}

/** Answers the request for the wheel, of which the index knows the checksum. */
export type SendWheel = (request: IncomingMessage, response: ServerResponse) => void;

/** A package index with the wheel, on this machine; returns the URL that pip is given. */
export async function serveIndex({ wheel, pins }: TinyPins, send?: SendWheel): Promise<string> {
  const url = await serve((request, response) => {
    if (request.url === "/simple/tensorflow-cpu/") {
      response.setHeader("content-type", "text/html");
      response.end(`<a href="../../files/${FILE}#sha256=${pins.wheels[0]?.sha256}">${FILE}</a>`);
    } else if (request.url === `/files/${FILE}`) {
      if (send === undefined) sendRange(response, wheel, request.headers.range);
      else send(request, response);
    } else {
      response.writeHead(404).end();
    }
  });
  return `${url}simple`;
}
