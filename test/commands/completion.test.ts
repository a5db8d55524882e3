import { execFileSync } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { BINARY, runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
await writeFile(path.join(folder, "notes.txt"), "");
await symlink(BINARY, path.join(folder, "prune-lab"));
const PATH = `${folder}${path.delimiter}${process.env.PATH}`;

/** The shell's program, or undefined where it is not installed. */
function has(shell: string): boolean {
  try {
    execFileSync(shell, ["-c", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const scriptOf = async (shell: string) => (await runInProcess(["completion", shell], { cwd: folder })).stdout;

describe.skipIf(!has("bash"))("in bash (needs it)", () => {
  test.each([
    [["prune-lab", "sw"], ["sweep"]],
    [["prune-lab", "sweep", "--config", "mnist-c"], ["mnist-cnn"]],
    [
      ["prune-lab", "sweep", "--engine", "kernels-"],
      ["kernels-native", "kernels-wasm"],
    ],
    [["prune-lab", "sweep", "--set", "train.epo"], ["train.epochs="]],
    [["prune-lab", "check", "--jun"], ["--junit"]],
    [
      ["prune-lab", "data", "fetch", ""],
      [
        "mnist",
        "fashion-mnist",
        "kmnist",
        "emnist",
        "digits8x8",
        "sst2",
        "rotten-tomatoes",
        "distilbert-sst2",
      ],
    ],
    [["prune-lab", "sweep", "--plugin", ""], []],
  ])("%j: %j", async (words, found) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const script = `${await scriptOf("bash")}
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
compopt() { :; }
_prune_lab
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync("bash", ["-c", script], { cwd: folder, env: { ...process.env, PATH } });
    expect(output.toString().split("\n").filter(Boolean)).toEqual(found);
  });
});

test.each(["zsh", "fish"].filter(has))("the script is right for %s", async (shell) => {
  const script = path.join(folder, `script.${shell}`);
  await writeFile(script, await scriptOf(shell));
  execFileSync(shell, ["-n", script]);
});

test("another shell is refused with those that there are", async () => {
  const { code, stderr } = await runCli(["completion", "fihs"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toBe("prune-lab: no completion for 'fihs'. Did you mean 'fish'? Shells: bash, zsh, fish.\n");
});
