import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { vi } from "vitest";

/** Puts an nvidia-smi first on the PATH that says what is given, as the driver's own does. */
export async function fakeDriver(folder: string, says: string): Promise<void> {
  const bin = path.join(folder, "bin");
  await mkdir(bin, { recursive: true });
  const file = path.join(bin, "nvidia-smi");
  await writeFile(file, `#!/bin/sh\ncat <<'END'\n${says}\nEND\n`);
  await chmod(file, 0o755);
  vi.stubEnv("PATH", `${bin}${path.delimiter}${process.env.PATH}`);
}
