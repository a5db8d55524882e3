import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { registries } from "../../src/library/registries.ts";
import { methods } from "../../src/pruning/methods.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
await mkdir(path.join(folder, "configs"));
await writeFile(path.join(folder, "configs", "mine.yaml"), "# My own\ndataset: { name: mnist }\n");
const list = (...args: string[]) => runInProcess(["list", ...args], { cwd: folder });

describe("list", () => {
  test("--json has every registered member, by kind", async () => {
    const { code, stdout } = await list("--json");
    expect(code).toBe(0);
    const lists = JSON.parse(stdout) as Record<string, { name: string }[]>;
    const names = (kind: string) => lists[kind]?.map(({ name }) => name);
    for (const [kind, registry] of Object.entries(registries)) {
      expect(names(kind), kind).toEqual(registry.names());
    }
    expect(names("configs")).toEqual(expect.arrayContaining(["mine", "mnist-mlp", "lab-one-shot"]));
  });

  test("prints a table with one line a member: of methods with all axes and their papers", async () => {
    const { stdout } = await list("methods");
    const [header, ...rows] = stdout.trimEnd().split("\n");
    expect(header).toMatch(/^name +criterion +allocation +structure +schedule +recovery +paper +summary$/);
    const cell = (row: string, title: string, next: string) =>
      row.slice(header?.indexOf(title), header?.indexOf(next)).trim();
    expect(
      rows.map((row) => [
        cell(row, "name", "criterion"),
        cell(row, "allocation", "structure"),
        cell(row, "schedule", "recovery"),
        cell(row, "recovery", "paper"),
        cell(row, "paper", "summary"),
      ]),
    ).toEqual(
      methods
        .list()
        .map(({ name, allocation, schedule, recovery, paper }) => [
          name,
          allocation.name,
          schedule.name,
          recovery?.name ?? "",
          paper?.citation.split(",")[0],
        ]),
    );
  });

  test("fits every list into a terminal of 80 columns, with nothing left out of configs and papers", async () => {
    const env = { COLUMNS: "80" };
    const { stdout } = await runInProcess(["list"], { cwd: folder, env });
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).toContain(
      "Magnitude in rounds, each with fine-tuning (Han et al. 2015), on LeNet-5; the layers as dense, one beside the other, as in the paper: 66, 12, 8 and 19% kept. ",
    );
    expect(words).toContain(" mine My own configs/mine.yaml ");
    expect(words).toContain(
      "4 figures: lenet-300-100 on mnist, lenet-5 on mnist. https://arxiv.org/abs/1506.02626 ",
    );
  });

  test("folds methods into a terminal of 80 columns, and leaves out the papers of members", async () => {
    const at80 = async (kind: string) =>
      (await runInProcess(["list", kind], { cwd: folder, env: { COLUMNS: "80" } })).stdout;
    const folded = await at80("methods");
    for (const line of folded.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(folded).toContain(
      "rigl                     Sparse from the start: small weights are dropped, those\n",
    );
    expect(folded.replaceAll(/\s+/g, " ")).toContain(
      "grown. Criterion random, allocation erk, structure weight, schedule rigl, recovery train. Evci et al. 2020. ",
    );
    expect(await at80("allocations")).toMatch(/^name +summary\n/);
    expect((await list("allocations")).stdout).toMatch(/^name +paper +summary\n/);
  });

  test("--json has the address of each paper", async () => {
    const found = JSON.parse((await list("methods", "--json")).stdout) as Record<string, string>[];
    expect(found.find(({ name }) => name === "set")).toEqual({
      name: "set",
      criterion: "random",
      allocation: "erk",
      structure: "weight",
      schedule: "set",
      recovery: "train",
      paper: "Mocanu et al. 2018",
      url: "https://arxiv.org/abs/1707.04780",
      summary: "Sparse from the start: small weights are dropped, as many grown at random.",
    });
    for (const { name, paper, url } of found) {
      expect(paper, name).toMatch(/ \d{4}$/);
      expect(url, name).toMatch(/^https:/);
    }
  });

  test("configs: the user's own first, with title and path", async () => {
    const { stdout } = await list("configs");
    expect(stdout.split("\n")[1]).toMatch(/^mine +My own +configs.mine\.yaml$/);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length - 1).toBe(JSON.parse((await list("configs", "--json")).stdout).length);
    expect(stdout).toMatch(
      /^han-2015-lenet-5 .* one beside the other, as in the paper: 66, 12, 8 and 19% kept\. /m,
    );
  });

  test("without a kind: every list under its name", async () => {
    const { stdout } = await list();
    const { stdout: json } = await list("--json");
    for (const kind of Object.keys(JSON.parse(json))) {
      expect(stdout).toMatch(new RegExp(`^${kind}\nname`, "m"));
    }
  });
});
