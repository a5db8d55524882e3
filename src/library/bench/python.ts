import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import type { ExportFormat } from "../../exporting/format.ts";
import { onnx } from "../../exporting/onnx/onnx.ts";
import { torch } from "../../exporting/torch.ts";
import { failure } from "../../foundations/errors.ts";
import type { Notify } from "../../foundations/notices.ts";
import { packageRoot } from "../../foundations/paths.ts";
import type { BenchEngine } from "./contenders.ts";

/** A program of others that runs what is exported. */
interface Runtime {
  readonly name: "pytorch" | "onnxruntime";
  /** What it is to be called in a sentence, and what pip installs for it. */
  readonly title: string;
  readonly packages: string;
  readonly format: ExportFormat;
  readonly ending: string;
}

const runtimes: readonly Runtime[] = [
  {
    name: "onnxruntime",
    title: "onnxruntime",
    packages: "onnxruntime numpy",
    format: onnx,
    ending: ".onnx",
  },
  { name: "pytorch", title: "PyTorch", packages: "torch", format: torch, ending: ".py" },
];

const SCRIPT = path.join(packageRoot, "assets", "bench", "runtime.py");

/**
 * Starts onnxruntime and PyTorch in processes of Python, each on one thread. `python` names the interpreter; without it
 * it is $PRUNE_LAB_PYTHON, $PRUNE_LAB_ONNX_PYTHON or the first python3 on the path, whichever has the package. What is
 * not there is told, and left out.
 */
export async function openRuntimes(python: string | undefined, notify: Notify): Promise<BenchEngine[]> {
  const { PRUNE_LAB_PYTHON, PRUNE_LAB_ONNX_PYTHON } = process.env;
  const candidates = python === undefined ? [PRUNE_LAB_PYTHON, PRUNE_LAB_ONNX_PYTHON, "python3"] : [python];
  const interpreters = [...new Set(candidates.filter((candidate) => candidate))] as string[];
  const opened: BenchEngine[] = [];
  for (const runtime of runtimes) {
    const engine = await openFirst(runtime, interpreters);
    if (engine !== undefined) opened.push(engine);
    else {
      notify(
        `Without ${runtime.title}: ${interpreters.join(", ")} has none. Install it: pip install ${runtime.packages}, ` +
          "and name its Python with --python.",
      );
    }
  }
  return opened;
}

async function openFirst(
  runtime: Runtime,
  interpreters: readonly string[],
): Promise<BenchEngine | undefined> {
  for (const interpreter of interpreters) {
    const started = await PythonProcess.start(interpreter, runtime);
    if (started !== undefined) return engineOf(runtime, started);
  }
  return undefined;
}

const loadedSchema = z.object({ network: z.int() });
const valuesSchema = z.object({ values: z.array(z.number()) });
const secondsSchema = z.object({ seconds: z.number() });

async function engineOf(
  { name, title, format, ending }: Runtime,
  { process, version }: { readonly process: PythonProcess; readonly version: string },
): Promise<BenchEngine> {
  const folder = await mkdtemp(path.join(tmpdir(), "prune-lab-bench-"));
  let files = 0;
  return {
    name,
    device: `${title} ${version}, CPU`,
    // Neither leaves out single weights, so that masked and sparse would be dense.
    forms: ["dense", "shrunk"],
    load: async (form, { count, shape, values }) => {
      const file = path.join(folder, `${files++}`);
      await writeFile(`${file}${ending}`, format.encode(form.network));
      await writeFile(`${file}.inputs`, values);
      const loading = { load: `${file}${ending}`, inputs: `${file}.inputs`, shape: [count, ...shape] };
      const { network } = loadedSchema.parse(await process.ask(loading));
      return {
        engine: name,
        form,
        outputs: async (batch) =>
          Float32Array.from(valuesSchema.parse(await process.ask({ outputs: network, batch })).values),
        time: async (batch, calls) =>
          secondsSchema.parse(await process.ask({ time: network, batch, calls })).seconds,
      };
    },
    close: async () => {
      await process.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const helloSchema = z.object({ version: z.string() });

/** Undefined for what some other program says. */
function helloIn(line: string) {
  try {
    return helloSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** A process of runtime.py, which answers a line with a line. */
class PythonProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  readonly #runtime: Runtime;
  #messages = "";

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, runtime: Runtime) {
    this.#child = child;
    this.#lines = lines;
    this.#runtime = runtime;
    this.#ended = once(child, "close").catch(() => {});
    child.stdin?.on("error", () => {});
    child.stderr?.on("data", (chunk) => {
      this.#messages += chunk;
    });
  }

  /** Undefined where there is no such Python, or it does not have the package. */
  static async start(interpreter: string, runtime: Runtime) {
    const child = spawn(interpreter, ["-B", SCRIPT, runtime.name], {
      stdio: ["pipe", "pipe", "pipe"],
      // What a library starts of its own accord asks these.
      env: { ...globalThis.process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" },
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const process = new PythonProcess(child, lines, runtime);
    const { value, done } = await lines.next();
    const hello = done ? undefined : helloIn(value);
    if (hello !== undefined) return { process, version: hello.version };
    child.kill();
    await process.#ended;
    return undefined;
  }

  async ask(request: object): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (!done) return JSON.parse(value);
    await this.#ended;
    const reason = this.#messages.trim().split("\n").at(-1);
    throw failure(`${this.#runtime.title} ended before it answered: ${reason}`);
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
