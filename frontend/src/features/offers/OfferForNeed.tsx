import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useNumber } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import type { OfferBody } from "./OfferForm";
import { Drafted } from "./OfferNew";

/** A new offer of exactly what a need asks for. */
export default function OfferForNeed() {
  const need_id = useNumber("need_id");
  const need = $api.useQuery("get", "/api/v1/needs/{need_id}", { params: { path: { need_id } } });
  return (
    <Fetched query={need}>
      {(it) => <Drafted from="need" initial={answering(it)} draft={`offer for need ${it.id}`} />}
    </Fetched>
  );
}

/** What an organisation that answers a need would say; its own words are left to it. */
const answering = (need: components["schemas"]["NeedRead"]): Partial<OfferBody> => ({
  title: need.title,
  category_codes: need.category_code ? [need.category_code] : [],
  population_codes: need.population_codes,
  coverage_codes: [need.community_code],
});
