/**
 * Why a signal is aborted when the process was told to end (SIGTERM), as opposed to a person who stops what it does
 * (Ctrl-C): what goes on elsewhere, such as tasks on a cluster, is left alone.
 */
export class Terminated extends Error {}
