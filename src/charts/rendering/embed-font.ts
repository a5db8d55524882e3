import { fontFamily, readFont } from "./font.ts";

/**
 * The same pictures with the font that they were laid out for, so that they look the same where it is not installed.
 * One subset of the font, with the characters of all of them, goes into each: to make one takes longer than to draw.
 */
export async function embedFont(svgs: readonly string[]): Promise<string[]> {
  const characters = new Set(svgs.flatMap((svg) => [...textOf(svg)]));
  const text = [...characters].sort().join("");
  const { default: subsetFont } = await import("subset-font");
  const subset = await subsetFont(await readFont(), text, { targetFormat: "truetype" });
  const url = `data:font/ttf;base64,${Buffer.from(subset).toString("base64")}`;
  const style = `<style>@font-face{font-family:"${fontFamily}";src:url(${url})}</style>`;
  return svgs.map((svg) => svg.replace(/^<svg[^>]*>/, (opening) => opening + style));
}

/** What stands between the tags, and the characters that are escaped there. */
function textOf(svg: string): string {
  return `${svg.replaceAll(/<[^>]*>/g, "")}&<>"`;
}
