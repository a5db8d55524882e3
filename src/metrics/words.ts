import type { Interval, Metric } from "./metric.ts";

/** `Accuracy` */
export function heading({ noun }: Pick<Metric, "noun">): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/** `Score, points` */
export function headingOfAll([first, ...others]: readonly Metric[]): string {
  return [...(first === undefined ? [] : [heading(first)]), ...others.map(({ noun }) => noun)].join(", ");
}

/** `Accuracy (%)` */
export function columnHeading(text: string, { unit }: Metric): string {
  return unit === "" ? text : `${text} (${unit})`;
}

/** A value as it is shown, without its unit: `97.61`, `0.08123`. */
export function valueText(metric: Metric, value: number, digits: "coarse" | "fine" = "fine"): string {
  const shown = metric.scale * value;
  const places = metric.digits[digits];
  return metric.digits.kind === "decimals" ? shown.toFixed(places) : shown.toPrecision(places);
}

/** A shown value, such as a mean in percent, as valueText writes it. */
export function shownText(metric: Metric, shown: number): string {
  return valueText({ ...metric, scale: 1 }, shown);
}

/** A value with its unit: `97.61%`, `0.08123`, `1.5 points`. */
export function measured(metric: Metric, value: number, digits: "coarse" | "fine" = "fine"): string {
  return valueText(metric, value, digits) + behind(metric);
}

/** What stands behind a value: `%`, or the unit after a space. */
export function behind({ unit }: Pick<Metric, "unit">): string {
  return unit === "" || unit === "%" ? unit : ` ${unit}`;
}

/** A value that says what it is: `97.61%`, `loss 0.08123`. */
export function named(metric: Metric, value: number, digits: "coarse" | "fine" = "fine"): string {
  return `${metric.unit === "%" ? "" : `${metric.noun} `}${measured(metric, value, digits)}`;
}

/** An interval whose longer arm exceeds the shorter this often is written by its ends. */
const LOPSIDED = 1.5;

/** Whether an interval is told by its ends, since half its width would say too much of one side. */
export function isLopsided(value: number, { low, high }: Interval): boolean {
  const [below, above] = [value - low, high - value];
  return Math.max(below, above) > LOPSIDED * Math.min(below, above);
}

/** An interval of a value, to stand behind it: `±0.21`, or its ends where it is lopsided: `[59.51, 99.86]`. */
export function spreadText(
  metric: Metric,
  value: number,
  interval: Interval,
  decimals = metric.digits.fine,
): string {
  const [below, above] = [value - interval.low, interval.high - value];
  // In the digits that are shown: what rounds to nothing has no side.
  const text = (amount: number) =>
    metric.digits.kind === "decimals"
      ? (metric.scale * amount).toFixed(decimals)
      : amount === 0
        ? "0"
        : (metric.scale * amount).toPrecision(2);
  return isLopsided(value, interval) && text(below) !== text(above)
    ? `[${endsText(metric, interval, ", ", decimals)}]`
    : `±${text((below + above) / 2)}`;
}

/** The ends of an interval as values are shown, without their unit: `97.56 to 98.02`. */
export function endsText(
  metric: Metric,
  { low, high }: Interval,
  between: string = " to ",
  decimals = metric.digits.fine,
): string {
  const end = (value: number) =>
    metric.digits.kind === "decimals"
      ? (metric.scale * value).toFixed(decimals)
      : (metric.scale * value).toPrecision(metric.digits.coarse);
  return `${end(low)}${between}${end(high)}`;
}

/** An amount that is written already, with its unit: `1.3 points`, `4%`. */
export function differenceText({ difference }: Pick<Metric, "difference">, amount: string | number): string {
  return `${amount}${behind({ unit: amount === 1 ? difference.one : difference.many })}`;
}

/** A range of amounts: `0.9 points at best, 1.8 at worst`. */
export function differenceRange(metric: Metric, least: string, most: string): string {
  const last = metric.difference.many === "%" ? differenceText(metric, most) : most;
  return `${differenceText(metric, least)} at best, ${last} at worst`;
}

/** Where a network stands that is worse, or better, than another: `below` it by accuracy, `above` it by loss. */
export function side({ better }: Metric, than: "worse" | "better"): "above" | "below" {
  return (better === "higher") === (than === "better") ? "above" : "below";
}

/** What the value of a network does that gets worse: an accuracy `falls`, a loss `rises`. */
export function worsens({ better }: Metric): "falls" | "rises" {
  return better === "higher" ? "falls" : "rises";
}

/** What it does when it gets better. */
export function improves({ better }: Metric): "falls" | "rises" {
  return better === "higher" ? "rises" : "falls";
}
