import { apply, type Matrix } from "./matrix.ts";

/** What takes the parts of a path: a page of a PDF. */
export interface PathTarget {
  moveTo(x: number, y: number): unknown;
  lineTo(x: number, y: number): unknown;
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): unknown;
  closePath(): unknown;
}

/**
 * A path as a Canvas collects it: each point goes through the map of the moment it is given, and the whole may be
 * painted several times.
 */
export class Path {
  readonly #parts: ((target: PathTarget) => void)[] = [];
  /** Where the path is, before any map; undefined before its first point. */
  #at: readonly [number, number] | undefined;

  get empty(): boolean {
    return this.#parts.length === 0;
  }

  paint(target: PathTarget): void {
    for (const part of this.#parts) part(target);
  }

  moveTo(map: Matrix, x: number, y: number): void {
    const [px, py] = apply(map, x, y);
    this.#parts.push((target) => target.moveTo(px, py));
    this.#at = [x, y];
  }

  lineTo(map: Matrix, x: number, y: number): void {
    const [px, py] = apply(map, x, y);
    const begins = this.#at === undefined;
    this.#parts.push((target) => (begins ? target.moveTo(px, py) : target.lineTo(px, py)));
    this.#at = [x, y];
  }

  bezierCurveTo(map: Matrix, ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    if (this.#at === undefined) this.moveTo(map, ax, ay);
    const [pax, pay] = apply(map, ax, ay);
    const [pbx, pby] = apply(map, bx, by);
    const [px, py] = apply(map, x, y);
    this.#parts.push((target) => target.bezierCurveTo(pax, pay, pbx, pby, px, py));
    this.#at = [x, y];
  }

  /** The cubic curve with the same points. */
  quadraticCurveTo(map: Matrix, cx: number, cy: number, x: number, y: number): void {
    const [fromX, fromY] = this.#at ?? [cx, cy];
    const third = (from: number, to: number) => from + (2 / 3) * (to - from);
    this.bezierCurveTo(map, third(fromX, cx), third(fromY, cy), third(x, cx), third(y, cy), x, y);
  }

  /** Angles in radians, clockwise from the right unless `counter`; at most one turn. */
  arc(map: Matrix, x: number, y: number, radius: number, start: number, end: number, counter: boolean): void {
    const turn = 2 * Math.PI;
    const positive = (angle: number) => ((angle % turn) + turn) % turn;
    const whole = Math.abs(end - start) >= turn;
    const span = counter ? -positive(start - end) : positive(end - start);
    const sweep = whole ? (counter ? -turn : turn) : span;
    // A cubic curve is a quarter of a circle to within 0.03% of the radius.
    const pieces = Math.max(1, Math.ceil(Math.abs(sweep) / (Math.PI / 2) - 1e-9));
    const step = sweep / pieces;
    const handle = (4 / 3) * Math.tan(step / 4) * radius;
    const point = (angle: number) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const;
    this.lineTo(map, ...point(start));
    for (let i = 0; i < pieces; i++) {
      const [from, to] = [start + i * step, start + (i + 1) * step];
      const [x0, y0] = point(from);
      const [x1, y1] = point(to);
      this.bezierCurveTo(
        map,
        x0 - handle * Math.sin(from),
        y0 + handle * Math.cos(from),
        x1 + handle * Math.sin(to),
        y1 - handle * Math.cos(to),
        x1,
        y1,
      );
    }
  }

  rect(map: Matrix, x: number, y: number, width: number, height: number): void {
    this.moveTo(map, x, y);
    this.lineTo(map, x + width, y);
    this.lineTo(map, x + width, y + height);
    this.lineTo(map, x, y + height);
    this.closePath();
    this.#at = [x, y];
  }

  closePath(): void {
    if (!this.empty) this.#parts.push((target) => target.closePath());
  }
}
