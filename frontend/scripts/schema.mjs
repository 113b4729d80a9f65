// Types of the API: from ../var/openapi.json when `make openapi` has written it. Without it (a fresh checkout, only
// the front end at hand) an empty schema lets everything that does not call the typed client still build.
import { spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";

const SOURCE = "../var/openapi.json";
const TARGET = "src/api/schema.gen.ts";
const stale = existsSync(SOURCE) && (!existsSync(TARGET) || statSync(TARGET).mtimeMs < statSync(SOURCE).mtimeMs);

if (stale) {
  const { status } = spawnSync("npm", ["run", "--silent", "api"], { stdio: "inherit" });
  process.exit(status ?? 1);
} else if (!existsSync(TARGET)) {
  writeFileSync(TARGET, "export type paths = Record<never, never>;\nexport type components = Record<never, never>;\n");
}
