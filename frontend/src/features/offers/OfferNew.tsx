import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useGo } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { type OfferBody, OfferForm } from "./OfferForm";

export default function OfferNew() {
  return <Drafted draft="offer new" />;
}

/** A new offer, from a blank form or from what another one says. */
export function Drafted({ initial, draft }: { initial?: Partial<OfferBody>; draft: string }) {
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
      title={t(initial ? "nav.offer_copy" : "nav.offer_new")}
      crumbs={[{ label: t("nav.offers"), to: "/offers" }]}
      {...(initial && { subtitle: t("offers.form.copied") })}
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
