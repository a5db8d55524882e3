import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * Starts bench/pytorch_steps.py, which stays for the whole benchmark. Returns undefined when the Python of
 * `PYTHON` (or python3) is missing or has no torch.
 */
export async function startPyTorch() {
  const python = process.env.PYTHON || "python3";
  const script = fileURLToPath(new URL("pytorch_steps.py", import.meta.url));
  const child = spawn(python, ["-B", script], { stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "close").catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  let messages = "";
  child.stderr.on("data", (chunk) => {
    messages += chunk;
  });

  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended before it answered. ${messages}`);
    return JSON.parse(value);
  };
  const ask = (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };

  try {
    const { version } = await answer();
    return {
      version,
      /** Makes a network to train; returns what runs a number of steps and resolves to their seconds. */
      async open(training) {
        const { network } = await ask({ open: training });
        return async (steps) => (await ask({ run: { network, steps } })).seconds;
      },
      async close() {
        child.stdin.end();
        await ended;
      },
    };
  } catch {
    await ended;
    return undefined;
  }
}
