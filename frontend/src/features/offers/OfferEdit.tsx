import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Checklist } from "../../ui/Checklist";
import { useGo, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { OfferForm } from "./OfferForm";

type Offer = components["schemas"]["OfferRead"];

export default function OfferEdit() {
  const offer_id = useNumber("offer_id");
  const offer = $api.useQuery("get", "/api/v1/offers/{offer_id}", { params: { path: { offer_id } } });
  return <Fetched query={offer}>{(it) => <Edited of={it} />}</Fetched>;
}

function Edited({ of }: { of: Offer }) {
  const { t } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const page = `/offers/${of.id}` as const;
  const edit = $api.useMutation("put", "/api/v1/offers/{offer_id}", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      go(page);
    },
  });
  return (
    <Page
      title={t("nav.offer_edit")}
      crumbs={[
        { label: t("nav.offers"), to: "/offers" },
        { label: of.title, to: page },
      ]}
    >
      <Checklist room="offers" missing={of.missing} unsaid={of.unsaid} />
      <OfferForm
        initial={of}
        draft={`offer ${of.id}`}
        version={of.version}
        send={(body) => edit.mutateAsync({ params: { path: { offer_id: of.id }, header: ifMatch(of.version) }, body })}
        sending={edit.isPending}
        error={edit.error}
        cancel={() => go(page)}
      />
    </Page>
  );
}
