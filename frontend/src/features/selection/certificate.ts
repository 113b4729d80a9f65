import type { components } from "../../api/schema.gen";

/** A pair that chose each other, and why it does not block. */
export type Checked = components["schemas"]["CheckedPairRead"];
export type Certificate = components["schemas"]["CertificateRead"];

export type Title = (key: string) => string;

/** The key of the sentence that tells why a pair does not block, or by what it does. */
export const sentenceOf = ({ reason, because }: Checked): string =>
  reason === "blocks" ? `selection.checked.blocks_${because}` : `selection.checked.${reason}`;

/** Its facts, with titles in place of keys. */
export const factsOf = (row: Checked, title: Title): Record<string, string | number> => ({
  seeker_rank: row.seeker_rank,
  provider_rank: row.provider_rank,
  own: row.own ? title(row.own) : "",
  own_rank: row.own_rank ?? "",
  last_rank: row.last_rank ?? "",
  instead_of: row.instead_of ? title(row.instead_of) : "",
});

/** The reasons that occur, each with how often, the most frequent first. */
export function reasonsIn(rows: readonly Checked[]): { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { reason } of rows) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((one, other) => other.count - one.count);
}

/** Those with one of the `reasons` (all, where null) whose titles contain every word typed. */
export function found(rows: readonly Checked[], reason: string | null, words: string, title: Title): Checked[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (reason !== null && row.reason !== reason) return false;
    const text = `${title(row.seeker)} ${title(row.provider)} ${row.seeker} ${row.provider}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Ranks that both sides of a proposed pair gave each other, by "seeker provider". */
export const ranksTogether = (certificate: Certificate): Map<string, Checked> =>
  new Map(
    certificate.pairs
      .filter(({ reason }) => reason === "together")
      .map((row) => [`${row.seeker} ${row.provider}`, row]),
  );
