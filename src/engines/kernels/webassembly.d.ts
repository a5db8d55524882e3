/** What this engine uses of the WebAssembly API: Node's types have none, and the DOM's bring a browser along. */
declare namespace WebAssembly {
  class Module {
    private constructor();
  }
  class Instance {
    constructor(module: Module);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  interface Memory {
    /** Another object after each growth. */
    readonly buffer: ArrayBuffer;
    /** Throws a RangeError when there is no more. */
    grow(pages: number): number;
  }
  interface Global {
    readonly value: number;
  }
  function validate(binary: Uint8Array): boolean;
  function compile(binary: Uint8Array): Promise<Module>;
}
