import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

/** A server on a free port of this machine, closed after the test. Returns its URL with a final slash. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return urlOf(server);
}

/** A URL on this machine where nothing listens. */
export async function unusedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = urlOf(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}/`;
}

/** Answers with the content from the byte that a Range header asks for. */
export function sendRange(response: ServerResponse, content: Uint8Array, range: string | undefined): void {
  const start = startOf(range);
  if (start >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    return;
  }
  const partial = range !== undefined && {
    "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
  };
  response.writeHead(range === undefined ? 200 : 206, {
    "content-length": content.length - start,
    ...partial,
  });
  response.end(content.subarray(start));
}

/** Announces everything from the byte asked for, sends `bytes` of it and cuts the connection. */
export function sendAndCut(
  response: ServerResponse,
  content: Uint8Array,
  range: string | undefined,
  bytes: number,
): void {
  const start = startOf(range);
  response.writeHead(range === undefined ? 200 : 206, {
    "content-length": content.length - start,
    ...(range !== undefined && { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  response.write(content.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 20));
}

function startOf(range: string | undefined): number {
  return Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")?.[1]);
}
