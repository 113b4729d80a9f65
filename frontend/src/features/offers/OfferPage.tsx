import { Button, Descriptions, Space } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useTerms } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { ActionBar, type ActionFormProps } from "../../ui/ActionBar";
import { Attachments } from "../../ui/Attachments";
import { Checklist } from "../../ui/Checklist";
import { ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { Link, useGo, useNumber } from "../../ui/Link";
import { priceText, listText } from "../../ui/format";
import { chosen } from "../../ui/chosen";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { Covered } from "./Covered";

type Offer = components["schemas"]["OfferRead"];

export default function OfferPage() {
  const offer_id = useNumber("offer_id");
  const offer = $api.useQuery("get", "/api/v1/offers/{offer_id}", { params: { path: { offer_id } } });
  return <Fetched query={offer}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Offer }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const go = useGo();
  return (
    <Page
      title={of.title}
      subtitle={
        <>
          <Provider party_id={of.party_id} /> <StatusTag status={of.status} room="offers" />
        </>
      }
      crumbs={[{ label: t("nav.offers"), to: "/offers" }]}
      action={
        <Space wrap align="start">
          <ActionBar
            of={of}
            feature="offers"
            words="offers"
            forms={{ withdraw: WithdrawForm }}
            go={{ edit: () => go(`/offers/${of.id}/edit`), rank: () => go(`/offers/${of.id}/ranking`) }}
          />
          {of.actions.includes("edit") && (
            <Button onClick={() => go(`/offers/${of.id}/copy`)}>{t("offers.copy")}</Button>
          )}
        </Space>
      }
    >
      {of.actions.includes("edit") && <Checklist room="offers" missing={of.missing} unsaid={of.unsaid} />}
      <p className="prose">{of.description}</p>
      <Descriptions
        bordered
        column={{ xs: 1, md: 2 }}
        items={[
          {
            key: "category",
            label: t("field.category"),
            children: listText(of.category_codes.map(term), i18n.language) || "—",
          },
          {
            key: "populations",
            label: t("field.populations"),
            children: listText(of.population_codes.map(term), i18n.language) || "—",
          },
          { key: "coverage", label: t("field.coverage"), children: <Covered codes={of.coverage_codes} /> },
          { key: "price", label: t("field.price"), children: priceText(of) },
          { key: "capacity", label: t("field.capacity"), children: of.capacity || "—" },
          { key: "schedule", label: t("offers.schedule"), children: of.schedule || "—" },
        ]}
      />
      <Attachments holder="offer" id={of.id} />
    </Page>
  );
}

/** Whose offer it is, with how it was graded. */
function Provider({ party_id }: { party_id: number }) {
  const { t, i18n } = useTranslation();
  const party = $api.useQuery("get", "/api/v1/parties/{party_id}", { params: { path: { party_id } } });
  if (!party.data) return null;
  return (
    <>
      {t("offers.provided_by")}{" "}
      <Link to={`/organizations/${party_id}`}>{chosen(party.data, "name", i18n.language)}</Link> {party.data.rating_a}
    </>
  );
}

function WithdrawForm({ send, cancel, sending }: ActionFormProps<Offer>) {
  const { t } = useTranslation();
  return (
    <FormSheet room="offers" send={send} sending={sending} cancel={cancel} submit={t("action.withdraw")} danger>
      <p>{t("offers.withdraw_what")}</p>
      <ProseField name="reason" required rows={3} />
    </FormSheet>
  );
}
