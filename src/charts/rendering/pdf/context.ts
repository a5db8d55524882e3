import { color as parseColor } from "d3-color";
import { unguarded } from "../drawable-text.ts";
import { identity, type Matrix, multiply, scaleOf } from "./matrix.ts";
import { Path } from "./path.ts";

type Doc = PDFKit.PDFDocument;

/** A gradient between two points, as Canvas gives it out. */
class Gradient {
  readonly stops: { readonly offset: number; readonly color: string }[] = [];
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];

  constructor(from: readonly [number, number], to: readonly [number, number]) {
    this.from = from;
    this.to = to;
  }

  addColorStop(offset: number, color: string): void {
    this.stops.push({ offset, color });
  }
}

type Paint = string | Gradient;

/** What `save` keeps. */
interface State {
  readonly map: Matrix;
  readonly fillStyle: Paint;
  readonly strokeStyle: Paint;
  readonly globalAlpha: number;
  readonly lineWidth: number;
  readonly lineCap: string;
  readonly lineJoin: string;
  readonly miterLimit: number;
  readonly lineDashOffset: number;
  readonly dash: readonly number[];
  readonly font: string;
  readonly textAlign: string;
  readonly clips: number;
}

/**
 * The part of Canvas's CanvasRenderingContext2D that Vega draws with, on a page of pdfkit: what is drawn stays paths and
 * text. All text is in the document's current font. Points are mapped here, so that a path may be begun under one map
 * and painted under another, which PDF cannot.
 */
export class PdfContext {
  fillStyle: Paint = "#000000";
  strokeStyle: Paint = "#000000";
  globalAlpha = 1;
  globalCompositeOperation = "source-over";
  lineWidth = 1;
  lineCap = "butt";
  lineJoin = "miter";
  miterLimit = 10;
  lineDashOffset = 0;
  font = "10px sans-serif";
  textAlign = "start";
  readonly pixelRatio = 1;
  readonly #doc: Doc;
  readonly #saved: State[] = [];
  #map: Matrix;
  #path = new Path();
  #dash: readonly number[] = [];
  /** Clips that PDF has to be freed from when the state is restored. */
  #clips = 0;

  constructor(doc: Doc, map: Matrix = identity) {
    this.#doc = doc;
    this.#map = map;
  }

  save(): void {
    const { fillStyle, strokeStyle, globalAlpha, lineWidth, lineCap, lineJoin } = this;
    const { miterLimit, lineDashOffset, font, textAlign } = this;
    this.#saved.push({
      ...{ fillStyle, strokeStyle, globalAlpha, lineWidth, lineCap, lineJoin },
      ...{ miterLimit, lineDashOffset, font, textAlign },
      ...{ map: this.#map, dash: this.#dash, clips: this.#clips },
    });
  }

  restore(): void {
    const state = this.#saved.pop();
    if (state === undefined) return;
    const { map, dash, clips, ...rest } = state;
    for (; this.#clips > clips; this.#clips--) this.#doc.restore();
    Object.assign(this, rest);
    this.#map = map;
    this.#dash = dash;
  }

  translate(x: number, y: number): void {
    this.transform(1, 0, 0, 1, x, y);
  }

  scale(x: number, y: number): void {
    this.transform(x, 0, 0, y, 0, 0);
  }

  rotate(radians: number): void {
    const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
    this.transform(cos, sin, -sin, cos, 0, 0);
  }

  transform(...map: [number, number, number, number, number, number]): void {
    this.#map = multiply(this.#map, map);
  }

  beginPath(): void {
    this.#path = new Path();
  }

  moveTo(x: number, y: number): void {
    this.#path.moveTo(this.#map, x, y);
  }

  lineTo(x: number, y: number): void {
    this.#path.lineTo(this.#map, x, y);
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.#path.bezierCurveTo(this.#map, ax, ay, bx, by, x, y);
  }

  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void {
    this.#path.quadraticCurveTo(this.#map, cx, cy, x, y);
  }

  arc(x: number, y: number, radius: number, start: number, end: number, counter = false): void {
    this.#path.arc(this.#map, x, y, radius, start, end, counter);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path.rect(this.#map, x, y, width, height);
  }

  closePath(): void {
    this.#path.closePath();
  }

  setLineDash(dash: readonly number[]): void {
    this.#dash = dash;
  }

  createLinearGradient(x1: number, y1: number, x2: number, y2: number): Gradient {
    return new Gradient([x1, y1], [x2, y2]);
  }

  clip(): void {
    this.#doc.save();
    this.#clips++;
    // An empty clip hides everything; PDF needs a path for it.
    if (this.#path.empty) this.#path.rect(this.#map, 0, 0, 0, 0);
    this.#path.paint(this.#doc);
    this.#doc.clip();
  }

  fill(): void {
    if (this.#path.empty || !this.#fillWith()) return;
    this.#path.paint(this.#doc);
    this.#doc.fill();
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.beginPath();
    this.rect(x, y, width, height);
    this.fill();
  }

  stroke(): void {
    const paint = this.#colorOf(this.strokeStyle);
    if (this.#path.empty || paint === undefined) return;
    const scale = scaleOf(this.#map);
    const doc = this.#doc;
    doc.strokeColor(paint.color as PDFKit.Mixins.ColorValue, paint.opacity);
    doc.lineWidth(this.lineWidth * scale).miterLimit(this.miterLimit);
    doc.lineCap(this.lineCap as "butt").lineJoin(this.lineJoin as "miter");
    const dash = this.#dash.map((length) => length * scale);
    // Vega writes a solid line as a dash without gaps too.
    if (dash.some((length) => length > 0) && !(dash.length === 2 && dash[1] === 0)) {
      doc.dash(dash as unknown as number, { phase: this.lineDashOffset * scale });
    } else doc.undash();
    this.#path.paint(doc);
    doc.stroke();
  }

  fillText(given: string, x: number, y: number): void {
    const text = unguarded(given);
    const size = Number.parseFloat(/([\d.]+)px/.exec(this.font)?.[1] ?? "0");
    if (text === "" || size <= 0 || !this.#fillWith()) return;
    const doc = this.#doc;
    doc.fontSize(size);
    const width = doc.widthOfString(text);
    const before = this.textAlign === "center" ? width / 2 : this.textAlign === "right" ? width : 0;
    doc.save();
    doc.transform(...this.#map);
    doc.text(text, x - before, y, { lineBreak: false, baseline: "alphabetic" });
    doc.restore();
  }

  /** Text has no outlines in charts of ours; Vega asks for them only where a mark has a stroke. */
  strokeText(): void {}

  #fillWith(): boolean {
    const paint = this.#colorOf(this.fillStyle);
    if (paint === undefined) return false;
    this.#doc.fillColor(paint.color as PDFKit.Mixins.ColorValue, paint.opacity);
    return true;
  }

  /** A color in the range of PDF; undefined for one that nothing is seen of. */
  #colorOf(paint: Paint): { readonly color: unknown; readonly opacity: number } | undefined {
    if (paint instanceof Gradient) {
      const doc = this.#doc;
      const [from, to] = [paint.from, paint.to].map(([x, y]) =>
        multiply(this.#map, [1, 0, 0, 1, x, y]).slice(4),
      );
      const gradient = doc.linearGradient(from?.[0] ?? 0, from?.[1] ?? 0, to?.[0] ?? 0, to?.[1] ?? 0);
      for (const { offset, color } of paint.stops)
        gradient.stop(offset, parseColor(color)?.formatHex() ?? color);
      return { color: gradient, opacity: this.globalAlpha };
    }
    const parsed = parseColor(paint)?.rgb();
    const opacity = this.globalAlpha * (parsed?.opacity ?? 0);
    return parsed === undefined || opacity === 0 ? undefined : { color: parsed.formatHex(), opacity };
  }
}
