import { afterAll, expect } from "vitest";
import { equalBits } from "./support/equal-bits.ts";
import { removeTemporaryFolders } from "./support/temporary-folder.ts";

// Weights and files are compared often, and value by value only where they differ.
expect.addEqualityTesters([equalBits]);

afterAll(removeTemporaryFolders);
