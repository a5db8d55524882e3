import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * Starts a Python script of this folder that says hello and then answers one JSON line with another, each process
 * of it on one thread. Returns undefined when the Python of `PYTHON` (or python3) is missing or lacks what it imports.
 */
export async function startPython(script, settings = {}) {
  const python = process.env.PYTHON || "python3";
  const file = fileURLToPath(new URL(script, import.meta.url));
  // torch.set_num_threads does not reach an extension with an OpenMP runtime of its own.
  const env = { ...process.env, OMP_NUM_THREADS: "1", ...settings };
  const child = spawn(python, ["-B", file], { stdio: ["pipe", "pipe", "pipe"], env });
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

  try {
    return {
      hello: await answer(),
      ask(request) {
        child.stdin.write(`${JSON.stringify(request)}\n`);
        return answer();
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

/** Starts bench/pytorch_steps.py, which stays for the whole benchmark; undefined as of startPython. */
export async function startPyTorch() {
  const python = await startPython("pytorch_steps.py");
  if (python === undefined) return undefined;
  const { hello, ask, close } = python;
  return {
    /** Versions of torch and of SparseProp; null where SparseProp is not installed. */
    version: hello.version,
    sparseprop: hello.sparseprop,
    open: opener(ask),
    close,
  };
}

/** Starts bench/jax_steps.py on a number of threads, for the whole benchmark; undefined as of startPython. */
export async function startJax(threads) {
  const python = await startPython("jax_steps.py", { JAX_BENCH_THREADS: String(threads) });
  if (python === undefined) return undefined;
  const { hello, ask, close } = python;
  return { version: hello.version, open: opener(ask), close };
}

/** Makes a network to train; returns what runs a number of steps and resolves to their seconds. */
function opener(ask) {
  return async (training) => {
    const { network } = await ask({ open: training });
    return async (steps) => (await ask({ run: { network, steps } })).seconds;
  };
}
