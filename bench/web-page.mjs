// One prediction by the page's own code in Chromium and by the WebAssembly kernels in Node, and what each adds to a page:
//     npm run --silent build && PRUNE_LAB_CHROMIUM=/usr/bin/chromium node bench/web-page.mjs CHECKPOINT...
import { readFileSync } from "node:fs";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import { chromium } from "playwright-core";
import { openEngine } from "../dist/engines/registry.js";
import { web } from "../dist/exporting/web/web.js";
import { packageRoot } from "../dist/foundations/paths.js";
import { readCheckpoint } from "../dist/recording/read-checkpoint.js";

const ROUNDS = 15;
const base64 = (bytes) => Math.ceil(bytes / 3) * 4;
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)].toPrecision(3);

/** Milliseconds for one prediction, over 50 of them. */
async function timeOf(predict) {
  const start = performance.now();
  let runs = 0;
  do {
    await predict();
    runs++;
  } while (performance.now() - start < 50);
  return (performance.now() - start) / runs;
}

/** The same within the page. */
function timeInPage(pixels) {
  const start = performance.now();
  let runs = 0;
  do {
    globalThis.probabilitiesOf(pixels);
    runs++;
  } while (performance.now() - start < 50);
  return (performance.now() - start) / runs;
}

const kernels = readFileSync(path.join(packageRoot, "kernels", "prune_lab.wasm"));
const deflated = deflateRawSync(kernels, { level: 9 });
console.log(
  `kernels: ${base64(kernels.length)} bytes in base64, ${base64(deflated.length)} if deflated before`,
);
const browser = await chromium.launch({
  executablePath: process.env.PRUNE_LAB_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"],
});
const engine = await openEngine("kernels-wasm", () => {});
for (const file of process.argv.slice(2)) {
  const checkpoint = await readCheckpoint(file);
  const html = web.encode(checkpoint);
  const page = await browser.newPage();
  await page.setContent(html);
  await page.waitForSelector("body[data-ready]");
  const pixels = Uint8Array.from({ length: 784 }, (_, i) => (i % 5 === 0 ? 200 : 0));
  const network = await engine.createNetwork(checkpoint.network, {
    name: "sgd",
    momentum: 0,
    weightDecay: 0,
  });
  await network.setMasks(checkpoint.masks);
  await network.writeParameters(checkpoint.parameters);
  const example = {
    count: 1,
    shape: checkpoint.network.inputShape,
    inputs: { kind: "bytes", values: pixels, scale: 1 / 255, offset: 0 },
    targets: { kind: "classes", labels: Uint8Array.of(0), classes: 10 },
  };
  const times = { page: [], kernels: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.page.push(await page.evaluate(timeInPage, [...pixels]));
    times.kernels.push(await timeOf(() => network.outputs(example, Uint32Array.of(0))));
  }
  const { model, run } = checkpoint.metadata;
  console.log(
    `${model} ${run}: page of ${Buffer.byteLength(html)} bytes, ${median(times.page)} ms; kernels ${median(times.kernels)} ms`,
  );
  await network.dispose();
  await page.close();
}
await engine.dispose();
await browser.close();
