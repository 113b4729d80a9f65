import { $api } from "../../api/client";
import { useNumber } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import { Drafted } from "./OfferNew";

/** A new offer that begins as another one stands. */
export default function OfferCopy() {
  const offer_id = useNumber("offer_id");
  const offer = $api.useQuery("get", "/api/v1/offers/{offer_id}", { params: { path: { offer_id } } });
  return (
    <Fetched query={offer}>{(it) => <Drafted from="offer" initial={it} draft={`offer copy of ${it.id}`} />}</Fetched>
  );
}
