import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { PACKAGE, setupFolder } from "../../../src/engines/tensorflow/installation.ts";

/** A module that loads, and sees no GPU. */
export const onCpu =
  "exports.backend = () => ({ binding: { TF_Version: '2.21.0' }, isUsingGpuDevice: false });";

/** A package as the set-up leaves it, with the given code for the module. */
export async function install(variant: string, code: string, folder = setupFolder()): Promise<string> {
  const inside = path.join(folder, "node_modules", PACKAGE);
  await mkdir(path.join(inside, "lib", "napi-v8"), { recursive: true });
  await writeFile(path.join(inside, "lib", "napi-v8", "tfjs_binding.node"), "");
  await writeFile(path.join(inside, "package.json"), JSON.stringify({ name: PACKAGE, main: "index.js" }));
  await writeFile(path.join(inside, "index.js"), code);
  await writeFile(path.join(folder, "setup.json"), JSON.stringify({ variant, pins: "" }));
  return inside;
}
