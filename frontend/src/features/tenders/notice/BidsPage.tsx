import { useQueryClient } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { fileAt } from "../../../api/paths";
import { languageOf } from "../../../api/refusal";
import type { components } from "../../../api/schema.gen";
import { DataTable } from "../../../ui/DataTable";
import { PartySelect } from "../../../ui/form/choices";
import { Field, LineField } from "../../../ui/form/Field";
import { FormSheet } from "../../../ui/form/FormSheet";
import { MomentInput, MoneyInput } from "../../../ui/form/inputs";
import { momentText } from "../../../ui/format";
import { Link, useNumber } from "../../../ui/Link";
import { Money } from "../../../ui/Money";
import { Page } from "../../../ui/Page";
import { StatusTag } from "../../../ui/StatusTag";
import { chosen } from "../../../ui/chosen";
import "../tenders.css";
import "./notice.css";

type Tender = components["schemas"]["TenderRead"];
type Bid = components["schemas"]["BidRow"];
type LateBid = components["schemas"]["LateBidRecord"];

/** What was handed in, as it is read out at the opening; what came late on paper is noted here. */
export default function BidsPage() {
  const { t, i18n } = useTranslation();
  const tender_id = useNumber("tender_id");
  const path = { tender_id };
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path } });
  return (
    <Page
      title={t("notice.bids")}
      {...(tender.data && { subtitle: chosen(tender.data, "title", i18n.language) })}
      crumbs={[
        { label: t("nav.tenders"), to: "/tenders" },
        { label: t("nav.tender"), to: `/tenders/${tender_id}` },
      ]}
    >
      <Bids tenderId={tender_id} />
      {tender.data?.actions.includes("record_late") && <Late of={tender.data} />}
    </Page>
  );
}

function Bids({ tenderId }: { tenderId: number }) {
  const { t, i18n } = useTranslation();
  return (
    <DataTable
      from="/api/v1/tenders/{tender_id}/bids"
      parts={{ tender_id: tenderId }}
      always={{ sort: "created_at" }}
      caption={t("notice.bids")}
      rowKey={(bid) => bid.id}
      exportAt={() =>
        fileAt(
          "/api/v1/tenders/{tender_id}/bids/export",
          { tender_id: tenderId },
          { format: "xlsx", headings: languageOf(i18n.language) },
        )
      }
      columns={[
        { key: "ref", title: t("field.code"), render: (bid) => bid.ref },
        {
          key: "title",
          title: t("field.title"),
          phone: "title",
          render: (bid) => (bid.is_readable ? <Link to={`/bids/${bid.id}`}>{bid.title}</Link> : bid.title),
        },
        { key: "status", title: t("field.status"), render: (bid) => <Standing of={bid} /> },
        { key: "party", title: t("notice.applicant"), render: (bid) => chosen(bid, "party", i18n.language) },
        { key: "lot", title: t("tenders.lots"), render: (bid) => [bid.lot, bid.item].filter(Boolean).join(" · ") },
        { key: "amount", title: t("field.amount"), align: "right", render: (bid) => <Money of={bid.amount} /> },
        {
          key: "received",
          title: t("notice.received_at"),
          render: (bid) => (bid.received_at ? momentText(bid.received_at, i18n.language) : "—"),
        },
      ]}
      empty={{ title: t("notice.no_bids"), hint: t("notice.no_bids_hint") }}
    />
  );
}

/** Where a bid stands, and why where it is out. */
function Standing({ of }: { of: Bid }) {
  const { i18n } = useTranslation();
  return (
    <>
      <StatusTag status={of.status} />
      {of.reasons.map((reason) => (
        <p key={reason.code} className="bid-out">
          {reason.messages[languageOf(i18n.language)]}
        </p>
      ))}
    </>
  );
}

function Late({ of }: { of: Tender }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const record = $api.useMutation("post", "/api/v1/tenders/{tender_id}/late-bids", {
    onSuccess: () => void cache.invalidateQueries(),
  });
  return (
    <section aria-labelledby="late">
      <h2 id="late">{t("action.record_late")}</h2>
      <p className="soft">{t("notice.late_hint")}</p>
      <FormSheet<LateBid & { place: [string, string | null] }>
        room="notices"
        draft={`late bid ${of.id}`}
        send={({ place: [lot, item], ...said }) =>
          record.mutateAsync({ params: { path: { tender_id: of.id } }, body: { ...said, lot, item } })
        }
        sending={record.isPending}
        error={record.error}
        submit={t("action.record_late")}
      >
        <Field name="place" label={t("tenders.lots")} required>
          <PackageSelect lots={of.lots} />
        </Field>
        <Field name="party_id" label={t("notice.applicant")} required>
          <PartySelect />
        </Field>
        <LineField name="title" required limit={200} />
        <Field name="amount" required>
          <MoneyInput />
        </Field>
        <Field name="received_at" label={t("notice.received_at")} extra={t("notice.hint.received_at")}>
          <MomentInput />
        </Field>
      </FormSheet>
    </section>
  );
}

type PackageProps = {
  id?: string;
  value?: [string, string | null];
  onChange?: (place: [string, string | null]) => void;
  lots: Tender["lots"];
};

/** What is bid for: a lot, or one item of a lot that has items. */
function PackageSelect({ id, value, onChange, lots }: PackageProps) {
  const { i18n } = useTranslation();
  const places = lots.flatMap((lot): { place: [string, string | null]; label: string }[] => {
    const name = `${lot.code} ${chosen(lot, "title", i18n.language)}`;
    if (lot.items.length === 0) return [{ place: [lot.code, null], label: name }];
    return lot.items.map((item) => ({
      place: [lot.code, item.code],
      label: `${name} · ${[item.code, item.title].filter(Boolean).join(" ")}`,
    }));
  });
  const chosenAt = places.findIndex(({ place }) => place.join() === value?.join());
  return (
    <Select<number>
      {...(id !== undefined && { id })}
      {...(chosenAt >= 0 && { value: chosenAt })}
      options={places.map(({ label }, at) => ({ value: at, label }))}
      onChange={(at) => places[at] && onChange?.(places[at].place)}
    />
  );
}
