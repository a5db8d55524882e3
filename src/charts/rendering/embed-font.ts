import { fontFamily, readFont } from "./font.ts";

/** The font with the characters of a text alone, as TrueType: the same bytes on every machine. */
export type SubsetFont = (text: string) => Promise<Uint8Array>;

export const subsetFont: SubsetFont = async (text) => {
  const { default: subset } = await import("subset-font");
  return subset(await readFont(), text, { targetFormat: "truetype" });
};

/**
 * The same pictures with the font that they were laid out for, so that they look the same where it is not installed.
 * One subset of the font, with the characters of all of them, goes into each: to make one takes longer than to draw.
 */
export async function embedFont(svgs: readonly string[], subset: SubsetFont = subsetFont): Promise<string[]> {
  const characters = new Set(svgs.flatMap((svg) => [...textOf(svg)]));
  const font = await subset([...characters].sort().join(""));
  const url = `data:font/ttf;base64,${Buffer.from(font).toString("base64")}`;
  const style = `<style>@font-face{font-family:"${fontFamily}";src:url(${url})}</style>`;
  return svgs.map((svg) => svg.replace(/^<svg[^>]*>/, (opening) => opening + style));
}

/** What stands between the tags, and the characters that are escaped there. */
function textOf(svg: string): string {
  return `${svg.replaceAll(/<[^>]*>/g, "")}&<>"`;
}
