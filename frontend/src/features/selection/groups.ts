/** A list of wishes as tie groups, best first: `[[3], [5, 8]]` wants 3 most, then 5 and 8 alike. */
export type Groups = readonly (readonly number[])[];

const filled = (groups: Groups): number[][] => groups.filter((group) => group.length > 0).map((group) => group.slice());

export const without = (groups: Groups, id: number): number[][] =>
  filled(groups.map((group) => group.filter((each) => each !== id)));

export const addTo = (groups: Groups, id: number): number[][] => [...filled(groups), [id]];

/** One place up (-1) or down (1); out of a tie it steps into a place of its own. */
export function moved(groups: Groups, id: number, by: -1 | 1): number[][] {
  const at = groups.findIndex((group) => group.includes(id));
  const alone = groups[at]?.length === 1;
  const rest = groups.map((group) => group.filter((each) => each !== id));
  const target = by < 0 ? (alone ? Math.max(0, at - 1) : at) : alone ? at + 2 : at + 1;
  return filled([...rest.slice(0, target), [id], ...rest.slice(target)]);
}

/** Alike with the one above; the first has nobody above it. */
export function tied(groups: Groups, id: number): number[][] {
  const at = groups.findIndex((group) => group.includes(id));
  if (at < 1) return filled(groups);
  const rest = groups.map((group) => group.filter((each) => each !== id));
  return filled(rest.map((group, place) => (place === at - 1 ? group.concat(id) : group)));
}

/** Taken out of its place and put into one of its own before another. */
export function placedBefore(groups: Groups, id: number, other: number): number[][] {
  if (id === other) return filled(groups);
  return filled(without(groups, id).flatMap((group) => (group.includes(other) ? [[id], group] : [group])));
}

/** Ranked rows as wishes: those at one place are tied. */
export function wishesFrom(rows: readonly { id: number; place: number }[], count: number): number[][] {
  const best = rows.slice(0, count);
  const places = [...new Set(best.map(({ place }) => place))];
  return places.map((place) => best.filter((row) => row.place === place).map(({ id }) => id));
}
