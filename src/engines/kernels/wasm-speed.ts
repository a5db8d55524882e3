/** How fast the WebAssembly kernels train, of the speed of the native ones: the range of the tables in docs/performance.md. */
export const WASM_SPEED = "22 to 64%";
