export { kernelsNative } from "./native.ts";
export { kernelsWasm } from "./wasm.ts";
