import { useQueryClient } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { chosen } from "../../ui/chosen";
import { Field } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { useGo, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import type { Tender } from "./BidPage";
import { BLANK } from "./useDraft";

/** Which lot, or which item of one, is applied for; then the bid is written on its own page. */
export default function NewBid() {
  const tender_id = useNumber("tender_id");
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path: { tender_id } } });
  return <Fetched query={tender}>{(found) => <Choose tender={found} />}</Fetched>;
}

type Chosen = { place: string };

function Choose({ tender }: { tender: Tender }) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const go = useGo();
  const draft = $api.useMutation("post", "/api/v1/tenders/{tender_id}/bids", {
    onSuccess: (bid) => {
      void cache.invalidateQueries();
      go(`/bids/${bid.id}`);
    },
  });
  const title = chosen(tender, "title", i18n.language);
  const places = tender.lots.flatMap((lot) =>
    (lot.items.length > 0 ? lot.items.map(({ code }) => code) : [null]).map((item) => ({
      value: JSON.stringify([lot.code, item]),
      label: [lot.code, chosen(lot, "title", i18n.language), item].filter(Boolean).join(" · "),
    })),
  );
  const send = ({ place }: Chosen): Promise<unknown> => {
    const [lot, item] = JSON.parse(place) as [string, string | null];
    return draft.mutateAsync({
      params: { path: { tender_id: tender.id } },
      body: { lot, item, title: "", plan: "", application: BLANK },
    });
  };
  return (
    <Page
      title={t("nav.new_bid")}
      subtitle={title}
      crumbs={[
        { label: t("nav.tenders"), to: "/tenders" },
        { label: title, to: `/tenders/${tender.id}` },
      ]}
    >
      <div className="panel">
        <p className="soft">{t("bids.created")}</p>
        <FormSheet<Chosen> send={send} sending={draft.isPending} error={draft.error} submit={t("bids.start")}>
          <Field name="place" label={t("bids.choose")} required>
            <Select options={places} showSearch={{ optionFilterProp: "label" }} />
          </Field>
        </FormSheet>
      </div>
    </Page>
  );
}
