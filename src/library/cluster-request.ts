import path from "node:path";
import type { ClusterRequest } from "../cluster/driver.ts";
import { ClusterFolder } from "../cluster/folder.ts";
import type { Scheduler } from "../cluster/scheduler.ts";
import type { SlurmSettings } from "../cluster/settings.ts";
import { taskScript } from "../cluster/slurm/lines.ts";
import type { EngineDescription } from "../engines/engine.ts";
import { packageRoot, packageVersion } from "../foundations/paths.ts";
import { loadedPlugins } from "../foundations/plugins.ts";
import type { OpenStudy } from "../results/study-folder.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import type { StudyWork } from "../scheduling/share.ts";

/** A cluster that computes in place of this machine. */
export interface ClusterTarget {
  readonly settings: SlurmSettings;
  readonly scheduler: Scheduler;
  /** Whether it runs shell scripts; workers of ours do not need one. */
  readonly runsScripts: boolean;
  /** What the engine is on its nodes, where a node was asked. */
  readonly engine?: EngineDescription | undefined;
}

/** The script of the tasks of a sweep: this very program, by this Node. */
export function scriptOf(settings: SlurmSettings, folder: ClusterFolder, token: string): string {
  return taskScript(settings, {
    node: process.execPath,
    program: path.join(packageRoot, "bin", "prune-lab.js"),
    folder: folder.results,
    eventsFolder: folder.events(token),
  });
}

/** What the driver of a cluster needs of a study whose folder is open. */
export function clusterRequest(
  { settings, scheduler, runsScripts }: ClusterTarget,
  { dataDir }: { readonly dataDir: string | undefined },
  {
    open,
    work,
    signal,
    onEvent,
  }: {
    readonly open: OpenStudy;
    readonly work: StudyWork;
    readonly signal: AbortSignal;
    readonly onEvent: OnStudyEvent;
  },
): ClusterRequest {
  const { study } = open;
  const folder = new ClusterFolder(open.folder.path);
  return {
    work,
    study: {
      version: packageVersion(),
      node: process.version,
      engine: study.engine,
      checkpoints: open.checkpoints,
      datasetChecksum: study.dataset.checksum,
      options: study.options,
      dataDir: dataDir === undefined ? undefined : path.resolve(dataDir),
      plugins: loadedPlugins().map(({ file, sha256 }) => ({ file, sha256 })),
    },
    folder,
    settings,
    scheduler,
    workingFolder: process.cwd(),
    script: runsScripts ? (token) => scriptOf(settings, folder, token) : undefined,
    signal,
    onEvent,
  };
}
