import { Button, Space, Steps, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { serverNow } from "../../api/send";
import { ActionBar } from "../../ui/ActionBar";
import { Deadline } from "../../ui/Deadline";
import { Link, useNumber } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { Enquiries } from "./Enquiries";
import { Objections } from "./Objections";
import { chosen } from "../../ui/chosen";
import "./tenders.css";

type Tender = components["schemas"]["TenderRead"];
type Lot = components["schemas"]["LotRead"];

export default function TenderPage() {
  const tender_id = useNumber("tender_id");
  const id = tender_id;
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path: { tender_id: id } } });
  return <Fetched query={tender}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Tender }) {
  const { t, i18n } = useTranslation();
  return (
    <Page
      title={chosen(of, "title", i18n.language)}
      subtitle={
        <>
          {chosen(of, "party_name", i18n.language)} · <Money of={of.budget} /> ·{" "}
          <StatusTag status={of.status === "published" && of.phase ? of.phase : of.status} room="tenders" />
        </>
      }
      crumbs={[{ label: t("nav.tenders"), to: "/tenders" }]}
      action={
        <Space wrap>
          <ActionBar
            of={of}
            feature="tenders"
            without={["edit", "amend", "cancel", "fail", "ask", "prequalify", "invite", "open_final"]}
          />
          {of.opened_at && (
            <Link to={`/tenders/${of.id}/result`}>
              <Button type="primary">{t("tenders.result.title")}</Button>
            </Link>
          )}
        </Space>
      }
    >
      <Timeline of={of} />
      <section aria-labelledby="lots">
        <h2 id="lots">{t("tenders.lots")}</h2>
        <p>
          {t("tenders.over_budget")} {t(`tenders.rules.${of.overspend_rule}`)}
        </p>
        <p>{t(of.one_each ? "tenders.one_each" : "tenders.not_one_each")}</p>
        <Lots lots={of.lots} />
      </section>
      <section aria-labelledby="criteria">
        <h2 id="criteria">{t("tenders.criteria")}</h2>
        <Criteria of={of} />
      </section>
      <Enquiries tender={of} />
      <Objections tenderId={of.id} />
      <Confirmations of={of} />
      <p className="soft">
        {t("tenders.profile", { name: t(`tenders.profile_name.${of.profile}`), version: of.profile_version })}
      </p>
    </Page>
  );
}

/** What a lawyer must still confirm about the rules of this procedure. */
function Confirmations({ of }: { of: Tender }) {
  const { t, i18n } = useTranslation();
  if (of.to_confirm.length === 0) return null;
  return (
    <section aria-labelledby="to-confirm" className="to-confirm">
      <h2 id="to-confirm">{t("tenders.to_confirm")}</h2>
      <ul>
        {of.to_confirm.map((each) => (
          <li key={each.en}>{i18n.language === "en" ? each.en : each.zh}</li>
        ))}
      </ul>
    </section>
  );
}

function Timeline({ of }: { of: Tender }) {
  const { t } = useTranslation();
  const [now] = useState(serverNow);
  const at = of.deadlines.findIndex((deadline) => new Date(deadline.at) > now);
  return (
    <section aria-label={t("tenders.timeline")} className="timeline">
      <Steps
        orientation="vertical"
        size="small"
        current={at < 0 ? of.deadlines.length : at}
        items={of.deadlines.map((deadline) => ({
          title: t(`tenders.date.${deadline.name}`),
          content: <Deadline at={deadline.at} rule={deadline.rule} />,
        }))}
      />
    </section>
  );
}

function Lots({ lots }: { lots: readonly Lot[] }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className="lots">
      {lots.map((lot) => (
        <li key={lot.id}>
          <h3>
            {lot.code} {chosen(lot, "title", i18n.language)}
          </h3>
          {lot.failure && <p className="lot-failed">{t(`tenders.failure.${lot.failure}`)}</p>}
          <p>
            {t("tenders.lot", { places: lot.places })} · {t("field.budget")} <Money of={lot.budget} /> ·{" "}
            {t("tenders.ceiling")} <Money of={lot.ceiling} />
          </p>
          {lot.items.length > 0 && (
            <p className="soft">
              {t("tenders.items")}
              {t("tenders.colon")}
              {lot.items.map((item) => (
                <span key={item.id} className="lot-item">
                  {item.need_id ? <Link to={`/needs/${item.need_id}`}>{item.code}</Link> : item.code}{" "}
                </span>
              ))}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function Criteria({ of }: { of: Tender }) {
  const { t, i18n } = useTranslation();
  const total = of.criteria.reduce((sum, criterion) => sum + Number(criterion.maximum), 0);
  return (
    <Table
      rowKey="id"
      size="small"
      pagination={false}
      aria-label={t("tenders.criteria")}
      dataSource={[...of.criteria]}
      columns={[
        { key: "code", title: t("field.code"), width: 80, render: (_, row) => row.code },
        { key: "label", title: t("tenders.criterion"), render: (_, row) => chosen(row, "label", i18n.language) },
        {
          key: "maximum",
          title: t("tenders.maximum"),
          align: "right",
          width: 110,
          render: (_, row) => <span className="figures">{Number(row.maximum)}</span>,
        },
      ]}
      footer={() => t("tenders.total", { total })}
    />
  );
}
