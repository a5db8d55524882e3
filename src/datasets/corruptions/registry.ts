import { Registry } from "../../foundations/registry.ts";
import { blur } from "./blur.ts";
import { contrast } from "./contrast.ts";
import type { Corruption } from "./corruption.ts";
import { noise } from "./noise.ts";
import { rotation } from "./rotation.ts";
import { shift } from "./shift.ts";

/** What can be done to test images, after the corruptions of MNIST-C (Mu and Gilmer 2019). */
export const corruptions = new Registry<Corruption>("corruption", [shift, noise, blur, contrast, rotation], {
  translate: "shift",
  gaussian: "noise",
  rotate: "rotation",
});
