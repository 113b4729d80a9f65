type Words = Record<string, unknown>;
type BothLanguages = { zh: Words; en: Words };

/** The shared words, each feature's own under its folder's name, and what the rooms call things under `rooms.<room>`. */
export function gathered(
  shared: Words,
  features: Record<string, unknown>,
  rooms: Record<string, unknown>,
  language: "zh" | "en",
): Words {
  const named = Object.entries(features).map(([path, words]) => [path.split("/").at(-2) ?? path, words]);
  const spoken = Object.entries(rooms).map(([path, both]) => [
    path.split("/").at(-1)?.replace(".json", "") ?? path,
    (both as BothLanguages)[language],
  ]);
  return { ...shared, ...Object.fromEntries(named), rooms: Object.fromEntries(spoken) };
}
