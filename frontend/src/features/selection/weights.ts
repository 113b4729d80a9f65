/** The eight criteria in their published order; shares are whole per cent and always make 100. */
export const CRITERIA = ["text", "category", "population", "coverage", "budget", "time", "capacity", "rating"] as const;

export type Criterion = (typeof CRITERIA)[number];
export type Shares = Readonly<Record<Criterion, number>>;

const WHOLE = 100;
const sharesOf = (value: (criterion: Criterion) => number): Shares =>
  Object.fromEntries(CRITERIA.map((criterion) => [criterion, value(criterion)])) as Shares;

/** Whole per cent of decimal shares as the server writes them ("0.35"), brought to 100 by the largest remainders. */
export const sharesFrom = (weights: Readonly<Record<Criterion, string>>): Shares =>
  spread(WHOLE, CRITERIA, (criterion) => Number(weights[criterion]));

/** Decimal shares as the server reads them; written digit by digit, so that they add up to exactly 1. */
export const written = (shares: Shares): Record<Criterion, string> =>
  Object.fromEntries(CRITERIA.map((criterion) => [criterion, (shares[criterion] / WHOLE).toFixed(2)])) as Record<
    Criterion,
    string
  >;

export const same = (one: Shares, other: Shares): boolean =>
  CRITERIA.every((criterion) => one[criterion] === other[criterion]);

/** One criterion set to `wanted`, the rest sharing what is left as they stood to each other; where they all stood at 0, alike. */
export function rebalanced(shares: Shares, chosen: Criterion, wanted: number): Shares {
  const value = Math.min(WHOLE, Math.max(0, Math.round(wanted)));
  const others = CRITERIA.filter((criterion) => criterion !== chosen);
  const empty = others.every((criterion) => shares[criterion] === 0);
  const rest = spread(WHOLE - value, others, (criterion) => (empty ? 1 : shares[criterion]));
  return { ...rest, [chosen]: value };
}

/** `total` in whole parts by proportion: the largest remainders are rounded up, of equal ones the earlier. */
function spread(total: number, among: readonly Criterion[], proportion: (criterion: Criterion) => number): Shares {
  const sum = among.reduce((all, criterion) => all + proportion(criterion), 0);
  const exact = among.map((criterion) => ({ criterion, part: sum > 0 ? (total * proportion(criterion)) / sum : 0 }));
  const missing = total - exact.reduce((all, { part }) => all + Math.floor(part + 1e-9), 0);
  const rounded = exact
    .sort((one, other) => remainder(other.part) - remainder(one.part))
    .map(({ criterion, part }, place) => [criterion, Math.floor(part + 1e-9) + (place < missing ? 1 : 0)]);
  const parts = Object.fromEntries(rounded) as Record<Criterion, number>;
  return sharesOf((criterion) => parts[criterion] ?? 0);
}

/** What is left behind the whole number, so coarsely that 0.4999999 and 0.5 are the same. */
const remainder = (part: number): number => Math.round((part - Math.floor(part + 1e-9)) * 1e6);

/** Sliders while they are moved: all steps of one slider start from `from`, so going there and back changes nothing. */
export type Sliders = { shares: Shares; from: Shares; last: Criterion | null };

export const still = (shares: Shares): Sliders => ({ shares, from: shares, last: null });

export function slid({ shares, from, last }: Sliders, criterion: Criterion, wanted: number): Sliders {
  const start = criterion === last ? from : shares;
  return { shares: rebalanced(start, criterion, wanted), from: start, last: criterion };
}

/** For the address bar: "30-35-15-5-5-3-4-3"; null for anything that is not eight whole shares of 100. */
export const inAddress = (shares: Shares): string => CRITERIA.map((criterion) => shares[criterion]).join("-");

export function fromAddress(text: unknown): Shares | null {
  const parts = String(text ?? "").split("-");
  if (parts.length !== CRITERIA.length || !parts.every((part) => /^\d{1,3}$/.test(part))) return null;
  const numbers = parts.map(Number);
  if (numbers.reduce((all, part) => all + part, 0) !== WHOLE) return null;
  return sharesOf((criterion) => numbers[CRITERIA.indexOf(criterion)] ?? 0);
}
