/** Codes to labels: the taxonomy is read once, an area when it is shown. */
import { $api } from "./client";
import { languageOf } from "./refusal";

const LONG = { staleTime: Number.POSITIVE_INFINITY };

/** What a category or population code is called in the reader's language; the code itself while that is unknown. */
export function useTerms(language: string): (code: string | null | undefined) => string {
  const categories = $api.useQuery("get", "/api/v1/taxonomy/categories", {}, LONG);
  const populations = $api.useQuery("get", "/api/v1/taxonomy/populations", {}, LONG);
  const field = languageOf(language) === "en" ? "label_en" : "label_zh";
  const labels = new Map(
    [...(categories.data ?? []), ...(populations.data ?? [])].map((term) => [term.code, term[field]]),
  );
  const unknown = categories.isPending || populations.isPending ? () => "…" : (code: string) => code;
  return (code) => (code ? (labels.get(code) ?? unknown(code)) : "—");
}

/** District, street and community of an area code. */
export function useArea(code: string): readonly string[] {
  const area = $api.useQuery("get", "/api/v1/areas/{code}", { params: { path: { code } } }, LONG);
  return area.data?.path ?? [code];
}
