/** What vega exports and its types leave out. */
declare module "vega" {
  /** How text is measured. `width` may be replaced by a function of one's own. */
  export const textMetrics: {
    width(item: object, text: string): number;
    /** Font size of an item, in pixels. */
    height(item: object): number;
  };
}
