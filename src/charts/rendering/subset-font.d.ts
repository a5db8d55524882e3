/** The package has no types of its own. */
declare module "subset-font" {
  /** A font with the glyphs of these characters alone. */
  export default function subsetFont(
    font: Uint8Array,
    text: string,
    options: { readonly targetFormat: "truetype" },
  ): Promise<Uint8Array>;
}
