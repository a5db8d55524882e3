import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { failure, inputError, type PruneLabError } from "../../foundations/errors.ts";
import { bundledFile } from "../../foundations/paths.ts";
import { hostEnvironment } from "./environment.ts";
import type { Installation } from "./installation.ts";
import { askedLanes } from "./lanes.ts";
import type { HostReady, HostReply, HostRequest, SentRequest } from "./messages.ts";

/** A process runs built code. */
const HOST_FILE = bundledFile("tensorflow-host");

interface Waiting {
  resolve(value: unknown): void;
  reject(error: PruneLabError): void;
}

/** The process that runs TensorFlow, seen from here. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #log: Log;
  readonly #waiting = new Map<number | "ready", Waiting>();
  #requests = 0;
  #ended = false;

  private constructor(child: ChildProcess, log: Log) {
    this.#child = child;
    this.#log = log;
    child.on("message", (reply: HostReply) => this.#settle(reply));
    child.on("exit", (code, signal) => this.#end(signal ?? `exit code ${code}`));
    child.on("error", (error) => this.#end(error.message));
  }

  /**
   * Starts the process and loads TensorFlow in it, which takes about a second; also gives what TensorFlow logged
   * on the way. Throws a PruneLabError of kind `input` when it does not load, or the number of lanes is none.
   */
  static async start({ packageFolder, libraryFolders }: Installation) {
    const lanes = askedLanes(process.env);
    const log = new Log();
    const child = fork(HOST_FILE, [packageFolder, ...(lanes === undefined ? [] : [String(lanes)])], {
      execArgv: [],
      env: hostEnvironment(process.env, libraryFolders),
      serialization: "advanced",
      stdio: ["ignore", "ignore", log.descriptor, "ipc"],
    });
    const host = new HostProcess(child, log);
    try {
      const ready = (await host.#expectReply("ready")) as HostReady;
      return { host, ready, log: log.text() };
    } catch (error) {
      host.stop();
      throw inputError(`TensorFlow does not load: ${error instanceof Error ? error.message : error}`, {
        hint: "Install it again: prune-lab setup tensorflow --remove, then prune-lab setup tensorflow",
        cause: error,
      });
    }
  }

  /** Throws a PruneLabError of kind `failure` when TensorFlow reports an error or its process ends. */
  request(request: HostRequest): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#endError("it was stopped"));
    const id = this.#requests++;
    this.#child.send({ id, request } satisfies SentRequest);
    return this.#expectReply(id);
  }

  stop(): void {
    if (!this.#ended) this.#child.kill("SIGKILL");
  }

  #expectReply(to: number | "ready"): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(to, { resolve, reject }));
  }

  #settle(reply: HostReply): void {
    const to = "id" in reply ? reply.id : "ready";
    const waiting = this.#waiting.get(to);
    this.#waiting.delete(to);
    switch (reply.kind) {
      case "ready":
        waiting?.resolve(reply);
        break;
      case "done":
        waiting?.resolve(reply.value);
        break;
      case "not-loaded":
      case "error":
        waiting?.reject(failure(`TensorFlow: ${oneLine(reply.message)}`));
    }
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    const error = this.#endError(reason);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#log.close();
  }

  #endError(reason: string): PruneLabError {
    // Most of what TensorFlow logs is no error: of instructions it could use, of oneDNN.
    const lastWords = this.#log
      .text()
      .split("\n")
      .findLast((line) => /^[EF]\d{4}|error|failed|what\(\)/i.test(line));
    const why = lastWords === undefined ? "." : `: ${lastWords.replace(/^.*?\] /, "").trim()}`;
    return failure(`The process that runs TensorFlow ended (${reason})${why}`);
  }
}

/** TensorFlow says the kind of an error first, and what it is in the line below. */
function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}

/** What the process writes to stderr: a file without a name, so that it is complete whenever it is read. */
class Log {
  readonly descriptor: number;
  #last = "";
  #open = true;

  constructor() {
    const file = path.join(os.tmpdir(), `prune-lab-tensorflow-${randomUUID()}.log`);
    this.descriptor = openSync(file, "wx+");
    rmSync(file);
  }

  text(): string {
    if (this.#open) {
      const bytes = Buffer.alloc(fstatSync(this.descriptor).size);
      readSync(this.descriptor, bytes, 0, bytes.length, 0);
      this.#last = bytes.toString("utf8");
    }
    return this.#last;
  }

  close(): void {
    this.text();
    closeSync(this.descriptor);
    this.#open = false;
  }
}
