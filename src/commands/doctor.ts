import path from "node:path";
import chalk from "chalk";
import type { Command } from "commander";
import { failure } from "../foundations/errors.ts";
import { wrap } from "../foundations/wrap.ts";
import { type DataDiagnosis, type Diagnosis, diagnose, type EngineDiagnosis } from "./doctor/diagnosis.ts";
import { EXPECTED_UNIT, type ExpectedSteps } from "./doctor/expected-steps.ts";
import type { GpuDiagnosis } from "./doctor/gpu.ts";
import { SPEED_UNIT } from "./doctor/training-speed.ts";
import { print, printJson, tell, terminalColumns } from "./output.ts";

interface DoctorFlags {
  readonly dataDir?: string;
  readonly json?: true;
}

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("show what works on this machine, how fast, and what is missing")
    .option("--data-dir <folder>", "where the datasets' files lie")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Every engine trains for about a second. Exit code 3 when no engine works.

Examples:
  $ prune-lab doctor
  $ prune-lab doctor --json > machine.json`,
    )
    .action(doctor);
}

async function doctor(flags: DoctorFlags): Promise<void> {
  const diagnosis = await diagnose(flags.dataDir, tell);
  if (flags.json) printJson(diagnosis, 2);
  else print(diagnosisText(diagnosis));
  if (!diagnosis.engines.some((engine) => engine.available))
    throw failure("no engine works on this machine.");
}

function diagnosisText({ version, node, machine, gpu, engines, auto, data, cache }: Diagnosis): string {
  const features = machine.cpuFeatures.length === 0 ? "" : `: ${machine.cpuFeatures.join(" ")}`;
  const facts = [
    ["prune-lab", `${version}, Node ${node}, ${machine.platform}`],
    ["CPU", `${machine.cpu}, ${machine.cores} cores${features}`],
    ["Memory", `${machine.memoryGib} GiB, ${machine.freeMemoryGib} GiB free`],
    ["Compiler", machine.compiler ?? "none"],
    ["GPU", gpuText(gpu)],
    ["CUDA", cudaText(gpu)],
    ["Cache", `${cache.folder}, ${(cache.bytes / 2 ** 20).toFixed(1)} MiB`],
  ] as const;
  const lines = [
    ...facts.flatMap(([name, fact]) => behind(chalk.bold(name.padEnd(9)), 11, fact)),
    "",
    `${chalk.bold("Engines")} (${SPEED_UNIT})`,
    ...engines.flatMap(engineLines),
    "",
    `${chalk.bold("Engine auto")} (${EXPECTED_UNIT})`,
    ...auto.flatMap((expected) => behind("", 6, expectedText(expected))),
    "",
    chalk.bold("Data"),
    ...data.flatMap(dataLines),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function gpuText({ driver, names }: GpuDiagnosis): string {
  if (driver === null) return "none: there is no NVIDIA driver";
  return [...(names.length > 0 ? names : ["NVIDIA"]), `driver ${driver}`].join(", ");
}

function cudaText({ driver, libraries, remedy }: GpuDiagnosis): string {
  const missing = libraries.filter(({ folder }) => folder === null).map(({ name }) => name);
  if (missing.length === 0) return "every library that TensorFlow needs";
  const what = missing.length === libraries.length ? "no libraries" : `without ${missing.join(", ")}`;
  return driver === null ? what : `${what}; ${remedy}`;
}

function engineLines(engine: EngineDiagnosis): string[] {
  if (!engine.available) return problemLines(engine.name, engine);
  const speed = engine.stepsPerSecond.toFixed(engine.stepsPerSecond < 100 ? 1 : 0);
  return [
    ...behind(`  ${chalk.green("ok")}`, 6, `${engine.name}: ${speed} steps/s; ${engine.device}`),
    ...behind("", 6, `same bytes ${engine.reproducible}`),
  ];
}

function expectedText({ network, kernelsMilliseconds, gpuMilliseconds, engine }: ExpectedSteps): string {
  return gpuMilliseconds === null
    ? `${network}: ${kernelsMilliseconds} with ${engine}, no GPU`
    : `${network}: ${kernelsMilliseconds} with the kernels, ${gpuMilliseconds} on the GPU; takes ${engine}`;
}

function dataLines(data: DataDiagnosis): string[] {
  if (!data.ready) return problemLines(data.dataset, data);
  const { train, validation, test } = data.examples;
  const folders = new Set(data.files.map((file) => path.dirname(file)));
  const counts = `${train} training, ${validation} validation, ${test} test examples`;
  return [
    ...behind(`  ${chalk.green("ok")}`, 6, `${data.dataset}: ${data.name}, ${counts}`),
    ...[...folders, ...data.notices].flatMap((line) => behind("", 6, line)),
  ];
}

/** A text behind a head, which with a gap takes so many columns, wrapped in its place to the width of the terminal. */
function behind(head: string, width: number, text: string): string[] {
  const [first = "", ...more] = wrap(text, (terminalColumns() ?? Number.POSITIVE_INFINITY) - width);
  const indent = " ".repeat(width);
  return [head === "" ? indent + first : `${head}  ${first}`, ...more.map((line) => indent + line)];
}

function problemLines(
  name: string,
  { reason, remedy }: { readonly reason: string; readonly remedy: string },
) {
  return [
    ...behind(`  ${chalk.red("--")}`, 6, `${name}: ${reason}`),
    ...(remedy === "" ? [] : behind("", 6, remedy)),
  ];
}
