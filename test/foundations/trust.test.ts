import { chmod, chown, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { problemOf, whoElseCanChange } from "../../src/foundations/trust.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const me = 1000;
const other = 1001;
const folder = (uid: number, mode: number, gid = uid) => ({ uid, gid, mode: 0o040000 | mode });

describe("who may change a place", () => {
  test("the user and root may", () => {
    for (const owner of [me, 0]) {
      expect(problemOf(folder(owner, 0o755), me, "above")).toBeUndefined();
      expect(problemOf(folder(owner, 0o700), me, "last")).toBeUndefined();
    }
  });

  test("another owner may not, whatever the mode", () => {
    expect(problemOf(folder(other, 0o700), me, "above")).toBe("belongs to another user (number 1001)");
    expect(problemOf(folder(other, 0o1777), me, "above")).toBe("belongs to another user (number 1001)");
    expect(problemOf(folder(me, 0o755), 0, "above")).toBe("belongs to another user (number 1000)");
  });

  test("everybody may not, but in a sticky folder on the way", () => {
    expect(problemOf(folder(0, 0o777), me, "above")).toBe("can be changed by every user of this machine");
    expect(problemOf(folder(0, 0o1777), me, "above")).toBeUndefined();
    expect(problemOf(folder(me, 0o1777), me, "last")).toBe("can be changed by every user of this machine");
  });

  test("a group may not, but the user's own and root's", () => {
    expect(problemOf(folder(me, 0o775, 50), me, "last")).toBe(
      "can be changed by a group of users (number 50)",
    );
    expect(problemOf(folder(me, 0o775, me), me, "last")).toBeUndefined();
    expect(problemOf(folder(me, 0o775, 0), me, "last")).toBeUndefined();
  });

  test("of a symbolic link its owner counts, not its mode", () => {
    expect(problemOf({ uid: me, gid: me, mode: 0o120777 }, me, "last")).toBeUndefined();
    expect(problemOf({ uid: other, gid: me, mode: 0o120777 }, me, "last")).toMatch(/another user/);
  });
});

describe.skipIf(process.platform === "win32")("on the way to a file", () => {
  async function nested() {
    const top = await temporaryFolder();
    const deep = path.join(top, "a", "b");
    await mkdir(deep, { recursive: true, mode: 0o700 });
    const file = path.join(deep, "file");
    await writeFile(file, "", { mode: 0o600 });
    return { top, deep, file };
  }

  /** Lets others look, not write. */
  async function open(...folders: string[]) {
    for (const folder of folders) await chmod(folder, 0o755);
  }

  test("every folder counts, and the file itself", async () => {
    const { top, deep, file } = await nested();
    await open(top, deep);
    expect(whoElseCanChange(file)).toBeUndefined();
    expect(whoElseCanChange(path.join(deep, "not yet", "there"))).toBeUndefined();
    for (const place of [path.join(top, "a"), deep, file]) {
      await chmod(place, 0o777);
      expect(whoElseCanChange(file)).toBe(`${place} can be changed by every user of this machine`);
      await chmod(place, 0o755);
    }
    expect(whoElseCanChange(file)).toBeUndefined();
  });

  test("what lies in a folder that is closed to others cannot be changed by them", async () => {
    const { top, deep, file } = await nested();
    for (const place of [deep, file]) await chmod(place, 0o777);
    expect(whoElseCanChange(file)).toBeUndefined();
    await open(top);
    expect(whoElseCanChange(file)).toBeUndefined();
    await open(path.join(top, "a"));
    expect(whoElseCanChange(file)).toBe(`${deep} can be changed by every user of this machine`);
  });

  test("so does what a symbolic link leads to, and through", async () => {
    const { top, deep, file } = await nested();
    await open(top, path.join(top, "a"), deep);
    const between = path.join(top, "between");
    await mkdir(between, { mode: 0o755 });
    await symlink(deep, path.join(between, "second"));
    await symlink(path.join("between", "second"), path.join(top, "first"));
    const linked = path.join(top, "first", path.basename(file));
    expect(whoElseCanChange(linked)).toBeUndefined();
    await chmod(between, 0o777);
    expect(whoElseCanChange(linked)).toBe(`${between} can be changed by every user of this machine`);
    await chmod(between, 0o755);
    await chmod(deep, 0o777);
    expect(whoElseCanChange(linked)).toBe(`${deep} can be changed by every user of this machine`);
    await rename(path.join(between, "second"), path.join(between, "third"));
    await symlink("second", path.join(between, "second"));
    expect(whoElseCanChange(path.join(between, "second"))).toMatch(
      /leads from one symbolic link to the next$/,
    );
  });

  test.runIf(process.getuid?.() === 0)("a folder of another user is found out", async () => {
    const { top, deep, file } = await nested();
    await open(top, path.join(top, "a"));
    await chown(deep, 65_534, 65_534);
    expect(whoElseCanChange(file)).toBe(`${deep} belongs to another user (number 65534)`);
  });
});
