import { Progress } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { type Column, DataTable } from "../../ui/DataTable";
import { StreetSelect } from "../../ui/form/choices";
import { dayText } from "../../ui/format";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";
import { chosen } from "../../ui/chosen";
import { share } from "./share";
import "./contracts.css";

type Row = components["schemas"]["ContractRow"];
const STATES: readonly Row["status"][] = ["draft", "half_signed", "signed", "performing", "completed", "terminated"];

/** The contracts one has a part in: with whom, over how much, what is paid, and where each stands. */
export default function ContractList() {
  const { t, i18n } = useTranslation();
  const columns = useColumns();
  const tenders = $api.useQuery("get", "/api/v1/tenders", { params: { query: { limit: 200 } } });
  return (
    <Page title={t("nav.contracts")} subtitle={t("contracts.list.subtitle")}>
      <DataTable
        from="/api/v1/contracts"
        caption={t("nav.contracts")}
        rowKey={(row) => row.id}
        to={(row) => `/contracts/${row.id}`}
        exportAt={(query) =>
          fileAt("/api/v1/contracts/export", {}, { ...query, format: "xlsx", headings: languageOf(i18n.language) })
        }
        filters={[
          { name: "q", kind: "search", label: t("contracts.list.search") },
          { name: "area", kind: "pick", label: t("field.street"), input: StreetSelect },
          {
            name: "status",
            kind: "choice",
            label: t("field.status"),
            options: STATES.map((value) => ({ value, label: t(`rooms.contracts.status.contracts.${value}`) })),
          },
          {
            name: "tender_id",
            kind: "choice",
            label: t("nav.tender"),
            options: (tenders.data?.items ?? []).map((each) => ({
              value: String(each.id),
              label: chosen(each, "title", i18n.language),
            })),
          },
        ]}
        columns={columns}
        empty={{ title: t("contracts.list.empty"), hint: t("contracts.list.empty_hint") }}
      />
    </Page>
  );
}

function useColumns(): Column<Row>[] {
  const { t, i18n } = useTranslation();
  return [
    {
      key: "title",
      title: t("contracts.title"),
      phone: "title",
      render: (row) => (
        <>
          {row.title} <small className="soft figures contract-number">{row.number}</small>
        </>
      ),
    },
    {
      key: "status",
      title: t("field.status"),
      render: (row) => <StatusTag status={row.status} room="contracts" />,
    },
    {
      key: "sides",
      title: t("contracts.sides"),
      render: (row) => (
        <>
          {chosen(row, "contractor", i18n.language)}
          <div className="soft">{chosen(row, "purchaser", i18n.language)}</div>
        </>
      ),
    },
    {
      key: "amount",
      title: t("rooms.contracts.field.amount"),
      align: "right",
      sort: "amount",
      render: (row) => <Paid of={row} />,
    },
    {
      key: "ends_on",
      title: t("field.ends_on"),
      sort: "ends_on",
      render: (row) => <span className="figures">{dayText(row.ends_on, i18n.language)}</span>,
    },
  ];
}

function Paid({ of }: { of: Row }) {
  const { t } = useTranslation();
  return (
    <>
      <Money of={of.amount} />
      <div className="soft">
        {t("rooms.contracts.field.paid")} <Money of={of.paid} />
      </div>
      <Progress percent={share(of.paid, of.amount)} size="small" showInfo={false} aria-hidden />
    </>
  );
}
