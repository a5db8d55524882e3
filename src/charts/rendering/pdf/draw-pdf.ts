import type { TopLevelSpec } from "vega-lite";
import { fontFamily, readFont } from "../font.ts";
import { loadRenderer } from "../render.ts";
import { PdfContext } from "./context.ts";

export interface PdfOptions {
  /** Width and height of the page, in points. */
  readonly page: readonly [width: number, height: number];
  /** Points a pixel of the chart. */
  readonly scale: number;
  /** What the document's properties say of it. */
  readonly title: string;
  readonly subject: string;
}

/**
 * Draws a chart as a PDF of one page, as paths and text, with the part of the font that it uses. Nothing in it tells
 * when or where it was made: the same chart gives the same bytes on every machine.
 */
export async function drawPdf(
  spec: TopLevelSpec,
  { page, scale, title, subject }: PdfOptions,
): Promise<Uint8Array> {
  const [{ default: PDFDocument }, font, render] = await Promise.all([
    import("pdfkit"),
    readFont(),
    loadRenderer(),
  ]);
  const doc = new PDFDocument({
    size: [...page],
    margin: 0,
    // The first that knows transparency.
    pdfVersion: "1.4",
    // What zlib makes of a stream depends on the version of Node.
    compress: false,
    info: {
      Title: title,
      Subject: subject,
      Creator: "prune-lab",
      Producer: "pdfkit",
      CreationDate: new Date(0),
    },
  });
  // The date is needed to begin with. XMP metadata repeats the properties, unescaped and with a date: left out.
  delete doc.info.CreationDate;
  Object.assign(doc, { endMetadata: () => {} });
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    doc.on("end", resolve);
    doc.on("error", reject);
  });
  doc.registerFont(fontFamily, font as Buffer).font(fontFamily);
  const externalContext = new PdfContext(doc, [scale, 0, 0, scale, 0, 0]);
  await render(spec, (view) => view.toCanvas(1, { externalContext }));
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}
