import { inputError } from "../../foundations/errors.ts";
import type { Availability, EngineEntry } from "../engine.ts";
import { type Compiler, compilerName, findCompiler, vectorInstructions } from "./compiler.ts";
import { costAtDensity } from "./cost-at-density.ts";
import { type KernelBuild, KernelNetwork } from "./kernel-network.ts";
import { type Koffi, NativeInstance } from "./native-instance.ts";
import { nativeIdentity, openNativeLibrary } from "./native-library.ts";
import { alignedMeeting, checkTeam, help, teamwork } from "./team.ts";

/** The kernels compiled for this machine by its own C compiler, on first use. */
export const kernelsNative: EngineEntry = {
  name: "kernels-native",
  summary: "training kernels compiled for this machine on first use: needs a C compiler, the fastest",
  costAtDensity,
  ...(teamwork && { teamwork }),
  check: async () => (await findTools()).availability,
  open: async (notify) => {
    const { tools, availability } = await findTools();
    if (tools === undefined) {
      throw inputError(`The engine kernels-native cannot run here: ${availability.reason}.`, {
        hint: availability.remedy,
      });
    }
    const { koffi, compiler } = tools;
    const identity = await nativeIdentity(compiler);
    const library = await openNativeLibrary(koffi, compiler, identity, notify);
    checkTeam(library);
    const vectorLength = library.entry.pl_vector_length();
    const buildFor = (meeting: SharedArrayBuffer | undefined): KernelBuild => {
      const aligned = meeting && alignedMeeting(library, meeting);
      return {
        vectorLength,
        createInstance: (description) => new NativeInstance(library, description, aligned),
      };
    };
    return {
      description: {
        name: "kernels-native",
        identity: `kernels-native ${identity}`,
        device: `CPU, ${vectorInstructions(compiler)}, ${compilerName(compiler)}`,
        reproducible: "on this machine and compiler",
      },
      createNetwork: async (spec, optimizer, meeting) =>
        new KernelNetwork(spec, optimizer, buildFor(teamwork && meeting)),
      ...(teamwork && { help: (meeting, over) => help(library, meeting, over) }),
      dispose: async () => {},
    };
  },
};

type Found =
  | {
      readonly tools: { readonly koffi: Koffi; readonly compiler: Compiler };
      readonly availability: Availability & { available: true };
    }
  | { readonly tools: undefined; readonly availability: Availability & { available: false } };

async function findTools(): Promise<Found> {
  const compiler = await findCompiler();
  if (compiler === undefined) {
    const asked = process.env.CC?.trim();
    return refusal(
      asked ? `the C compiler that CC names does not work: ${asked}` : "there is no C compiler",
      asked ? "Unset CC, or set it to gcc or clang." : installCompiler(),
    );
  }
  try {
    const { default: koffi } = await import("koffi");
    return { tools: { koffi, compiler }, availability: { available: true } };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return refusal(`the koffi package does not load: ${reason}`, "Install it again: npm ci");
  }
}

function refusal(reason: string, remedy: string): Found {
  return { tools: undefined, availability: { available: false, reason, remedy } };
}

function installCompiler(): string {
  switch (process.platform) {
    case "darwin":
      return "Install one: xcode-select --install";
    case "win32":
      return "Install one, such as LLVM (winget install LLVM.LLVM), and set CC=clang.";
    default:
      return "Install one: apt-get install gcc (Debian, Ubuntu), dnf install gcc (Fedora), apk add gcc musl-dev (Alpine).";
  }
}
