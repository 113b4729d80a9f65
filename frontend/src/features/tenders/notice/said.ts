/** What a notice says, as the API takes it back. */
import type { components } from "../../../api/schema.gen";

export type Tender = components["schemas"]["TenderRead"];
type Lot = Tender["lots"][number];

export const ENDS = [
  "enquiries_end",
  "bids_end",
  "prequalification_end",
  "evaluation_end",
  "objections_end",
  "contracts_end",
] as const;

/** What a draft says in a word, and an amendment can change. */
export const PLAIN = [
  ...ENDS,
  "title_zh",
  "title_en",
  "requirements",
  "budget",
  "overspend_rule",
  "tie_criterion",
  "one_each",
  "application_form",
  "contract_start",
  "contract_end",
] as const;

const LOT = ["code", "title_zh", "title_en", "kind", "places", "budget", "ceiling", "need_ids"] as const;

export function picked<T, Name extends keyof T>(of: T, names: readonly Name[]): Pick<T, Name> {
  return Object.fromEntries(names.map((name) => [name, of[name]])) as Pick<T, Name>;
}

export const criteriaOf = (of: Tender): components["schemas"]["CriterionInput"][] =>
  of.criteria.map((each) => picked(each, ["code", "label_zh", "label_en", "maximum", "is_price"]));

const lotOf = (lot: Lot): components["schemas"]["LotInput"] => ({
  ...picked(lot, LOT),
  items: lot.items.map((item) => picked(item, ["code", "need_id", "community_code"])),
});

export const saidBy = (of: Tender): components["schemas"]["TenderUpdate"] => ({
  ...picked(of, [...PLAIN, "ref", "area_code", "profile"]),
  lots: of.lots.map(lotOf),
  criteria: criteriaOf(of),
});
