/*
 * What Slurm means by an error, by the reasons of its documentation (https://slurm.schedmd.com/job_reason_codes.html).
 * sbatch prints the reason on a line before the sentence on accounting and QOS policies, which is the same for all of them.
 */

/** `full`: there may be room later. `silent`: the controller may answer later. `refused`: the same never works. */
export type SlurmAnswer = "full" | "silent" | "refused";

/** Limits of how many jobs there are: each passes as jobs end, or is kept by fewer at once. */
const JOB_COUNTS =
  /\b((Assoc|QOS)(Grp|Max)(Submit)?Jobs?\w*|Max(Submit)?JobsPerAccount|(QOS|Association)JobLimit)\b/;

/**
 * Every other limit of an account, a QOS or a partition. When sbatch names one, the job by itself is beyond it, be it a limit
 * per job, per user or of a group.
 */
const JOB_SIZES = /\b((Assoc|QOS)(Grp|Max|Min)\w+|Max\w+Per(Account|Limit)|Partition\w*Limit)\b/;

/** Without a reason this may be any of them, the number of jobs among them. */
const POLICY = /accounting\/QOS policy|MaxJobCount|\bJob limit|too many jobs|queue is full/i;

const SILENT =
  /Socket timed out|Unable to contact slurm controller|Connection (refused|reset|timed out)|Transport endpoint|Resource temporarily unavailable|Zero Bytes were transmitted|temporarily|not responding|Slurm backup controller|timed out|Protocol authentication|Communication connection failure/i;

/** What the text means that a command of Slurm's ended with. */
export function answerOf(stderr: string): SlurmAnswer {
  if (JOB_COUNTS.test(stderr)) return "full";
  if (JOB_SIZES.test(stderr)) return "refused";
  if (POLICY.test(stderr)) return "full";
  return SILENT.test(stderr) ? "silent" : "refused";
}

/** What may be within a limit, as an instruction; undefined where a text names none that is known. */
export function changeFor(text: string): string | undefined {
  if (/\bQOSMin\w+/.test(text)) return "ask for more cpus or memory, or for another QOS (sbatch)";
  if (/PartitionNodeLimit/.test(text)) return "choose another partition";
  if (/PartitionTimeLimit/.test(text)) return "choose a shorter time or another partition";
  if (/\b(Assoc|QOS)\w*Minutes/.test(text)) return "choose a shorter time or fewer cpus";
  if (/Wall|time limit is invalid/i.test(text)) return "choose a shorter time";
  if (/\b(Assoc|QOS|Max)\w*Cpu|More processors requested/i.test(text)) return "choose fewer cpus";
  if (/\b(Assoc|QOS|Max)\w*Mem|Memory required/.test(text)) return "choose less memory";
  return undefined;
}
