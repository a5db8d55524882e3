// Writes docs/config.md from the config's schema (npm run docs, which builds dist/ first).
import { writeFileSync } from "node:fs";
import { configReference } from "../dist/config/reference.js";

writeFileSync(new URL("../docs/config.md", import.meta.url), configReference());
