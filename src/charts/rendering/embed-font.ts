import { fontFamily, readFont } from "./font.ts";

/** The font with the characters of a text alone, as TrueType: the same bytes on every machine. */
export type SubsetFont = (text: string) => Promise<Uint8Array>;

export const subsetFont: SubsetFont = async (text) => {
  const { default: subset } = await import("subset-font");
  return subset(await readFont(), text, { targetFormat: "truetype" });
};

const STYLE_START = `<style>@font-face{font-family:"${fontFamily}";src:url(`;
const STYLE_END = ")}</style>";

/**
 * The same pictures with the font that they were laid out for, so that they look the same where it is not installed.
 * One subset of the font, with the characters of all of them, goes into each: to make one takes longer than to draw.
 */
export async function embedFont(svgs: readonly string[], subset: SubsetFont = subsetFont): Promise<string[]> {
  const characters = new Set(svgs.flatMap((svg) => [...textOf(svg)]));
  const font = await subset([...characters].sort().join(""));
  const url = `data:font/ttf;base64,${Buffer.from(font).toString("base64")}`;
  const style = `${STYLE_START}${url}${STYLE_END}`;
  return svgs.map((svg) => svg.replace(/^<svg[^>]*>/, (opening) => opening + style));
}

/** A picture as it was before embedFont. */
export function withoutFont(svg: string): string {
  const start = svg.indexOf(STYLE_START);
  return svg.slice(0, start) + svg.slice(svg.indexOf(STYLE_END, start) + STYLE_END.length);
}

/** What stands between the tags, and the characters that are escaped there. */
function textOf(svg: string): string {
  return `${svg.replaceAll(/<[^>]*>/g, "")}&<>"`;
}
