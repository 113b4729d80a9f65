import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useGo } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { type OfferBody, OfferForm } from "./OfferForm";

export default function OfferNew() {
  return <Drafted draft="offer new" />;
}

type Props = { from?: "offer" | "need"; initial?: Partial<OfferBody>; draft: string };
const TITLES = { offer: "nav.offer_copy", need: "nav.offer_for_need", blank: "nav.offer_new" };

/** A new offer, from a blank form or from what another one or a need says. */
export function Drafted({ from, initial, draft }: Props) {
  const { t } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const make = $api.useMutation("post", "/api/v1/offers", {
    onSuccess: async (offer) => {
      await cache.invalidateQueries();
      go(`/offers/${offer.id}`);
    },
  });
  return (
    <Page
      title={t(TITLES[from ?? "blank"])}
      crumbs={[{ label: t("nav.offers"), to: "/offers" }]}
      {...(from && { subtitle: t(`offers.form.from_${from}`) })}
    >
      <OfferForm
        {...(initial && { initial })}
        draft={draft}
        send={(body) => make.mutateAsync({ body })}
        sending={make.isPending}
        error={make.error}
        cancel={() => go("/offers")}
      />
    </Page>
  );
}
