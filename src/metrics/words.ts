import type { Metric } from "./metric.ts";

/** `Accuracy` */
export function heading({ noun }: Metric): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
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

/** A value with its unit: `97.61%`, `0.08123`. */
export function measured(metric: Metric, value: number, digits: "coarse" | "fine" = "fine"): string {
  return valueText(metric, value, digits) + metric.unit;
}

/** A value that says what it is: `97.61%`, `loss 0.08123`. */
export function named(metric: Metric, value: number, digits: "coarse" | "fine" = "fine"): string {
  return `${metric.unit === "" ? `${metric.noun} ` : ""}${measured(metric, value, digits)}`;
}

/** Half the width of an interval of a value, to stand behind it: `0.21`, `0.0013`. */
export function marginText(
  metric: Metric,
  { low, high }: { readonly low: number; readonly high: number },
  decimals = metric.digits.fine,
): string {
  const half = (metric.scale / 2) * (high - low);
  return metric.digits.kind === "decimals" ? half.toFixed(decimals) : half.toPrecision(2);
}

/** An amount that is written already, with its unit: `1.3 points`, `4%`. */
export function differenceText({ difference }: Pick<Metric, "difference">, amount: string | number): string {
  const unit = amount === 1 ? difference.one : difference.many;
  return unit === "%" ? `${amount}%` : `${amount} ${unit}`;
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
