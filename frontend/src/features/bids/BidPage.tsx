import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { ApplicationShown } from "../../ui/ApplicationShown";
import { Attachments } from "../../ui/Attachments";
import { chosen } from "../../ui/chosen";
import { Deadline } from "../../ui/Deadline";
import { useNumber } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { Editor } from "./Editor";
import { Receipts } from "./Receipts";
import { useDraft } from "./useDraft";
import "./bids.css";

export type Bid = components["schemas"]["BidRead"];
export type Tender = components["schemas"]["TenderRead"];

/** One's own bid: written here until the deadline, then what was handed in, with its receipts and what became of it. */
export default function BidPage() {
  const bid_id = useNumber("bid_id");
  const bid = $api.useQuery("get", "/api/v1/bids/{bid_id}", { params: { path: { bid_id } } });
  return <Fetched query={bid}>{(found) => <WithTender bid={found} />}</Fetched>;
}

function WithTender({ bid }: { bid: Bid }) {
  const path = { tender_id: bid.tender_id };
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path } });
  return <Fetched query={tender}>{(found) => <Shown bid={bid} tender={found} />}</Fetched>;
}

function Shown({ bid, tender }: { bid: Bid; tender: Tender }) {
  const { t, i18n } = useTranslation();
  const title = chosen(tender, "title", i18n.language);
  const draft = useDraft(bid);
  return (
    <Page
      title={bid.title || t("bids.untitled")}
      subtitle={
        <>
          {[bid.lot, bid.item].filter(Boolean).join(" · ")} <StatusTag status={bid.status} room="bids" />{" "}
          <Money of={bid.amount} />
        </>
      }
      crumbs={[
        { label: t("nav.tenders"), to: "/tenders" },
        { label: title, to: `/tenders/${tender.id}` },
      ]}
      action={
        // What was just typed is saved first: nobody hands in less than they see.
        draft.state === "saved" && (
          <ActionBar
            of={bid}
            feature="bids"
            words="bids"
            go={{ edit: () => document.getElementById("editor")?.scrollIntoView({ block: "start" }) }}
          />
        )
      }
    >
      {tender.bids_end && <Deadline at={tender.bids_end} label={t("tenders.date.bids_end")} />}
      {bid.form_amended && <Alert type="warning" showIcon role="alert" title={t("bids.form_amended")} />}
      <Missing of={bid.missing} />
      <Reasons title={t("bids.warnings")} of={bid.warnings} />
      <Reasons title={t("bids.reasons")} of={bid.reasons} />
      {bid.actions.includes("edit") ? (
        <Editor key={draft.round} bid={bid} tender={tender} draft={draft} />
      ) : (
        <ApplicationShown of={bid} form={tender.application_form} />
      )}
      <Attachments holder="bid" id={bid.id} />
      <Receipts of={bid.versions} />
    </Page>
  );
}

/** What keeps the bid from being handed in, as the server says it. */
function Missing({ of }: { of: Bid["missing"] }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  if (of.length === 0) return null;
  return (
    <section aria-labelledby="missing" className="panel missing">
      <h2 id="missing">{t("bids.missing", { count: of.length })}</h2>
      <ul>
        {of.map((each) => (
          <li key={`${each.path} ${each.code}`}>
            <strong>{each.labels[language]}</strong> {each.messages[language]}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Reasons({ title, of }: { title: string; of: Bid["reasons"] }) {
  const { i18n } = useTranslation();
  if (of.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={title}
      description={
        <ul>
          {of.map((each) => (
            <li key={each.code}>{each.messages[languageOf(i18n.language)]}</li>
          ))}
        </ul>
      }
    />
  );
}
