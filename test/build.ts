import { execFileSync } from "node:child_process";

/** Builds dist/ before the tests: worker threads and the tests of the real binary run the built code. */
export default function build(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}
