import { SingleBar } from "cli-progress";
import type { Notify } from "../../foundations/notices.ts";
import { printableLine } from "../../foundations/printable.ts";
import type { TransferProgress } from "../../foundations/transfer.ts";
import { progressStream, tell } from "../output.ts";

/** A bar for each file in a terminal; elsewhere only the notices, a line each. */
export function downloadProgress() {
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  const notify: Notify = (message) => {
    stop();
    tell(message);
  };
  const onProgress = (file: string, { receivedBytes, totalBytes }: TransferProgress) => {
    if (!progressStream.isTTY || totalBytes === undefined) return;
    if (bar === undefined) {
      bar = new SingleBar({
        stream: progressStream,
        format: `${printableLine(file)} [{bar}] {percentage}% | ETA {eta}s`,
        barsize: 30,
        // Ctrl-C ends the process at once, so the terminal's settings are left as they are.
        gracefulExit: false,
        hideCursor: false,
        linewrap: true,
      });
      bar.start(totalBytes, 0);
    }
    bar.update(receivedBytes);
  };
  return { notify, onProgress, stop };
}
