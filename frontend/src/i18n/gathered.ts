type Words = Record<string, unknown>;

/** The shared words and each feature's own under the feature's name (its folder). */
export function gathered(shared: Words, features: Record<string, unknown>): Words {
  const named = Object.entries(features).map(([path, words]) => [path.split("/").at(-2) ?? path, words]);
  return { ...shared, ...Object.fromEntries(named) };
}
