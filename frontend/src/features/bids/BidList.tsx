import { useTranslation } from "react-i18next";
import { DataTable } from "../../ui/DataTable";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";
import { momentText } from "../../ui/format";

/** An organisation's own bids: those being written and those handed in. */
export default function BidList() {
  const { t, i18n } = useTranslation();
  return (
    <Page title={t("nav.bids")}>
      <DataTable
        from="/api/v1/bids"
        caption={t("nav.bids")}
        rowKey={(row) => row.id}
        to={(row) => `/bids/${row.id}`}
        empty={{ title: t("bids.none"), hint: t("bids.none_hint") }}
        columns={[
          { key: "title", title: t("field.title"), phone: "title", render: (row) => row.title || t("bids.untitled") },
          { key: "lot", title: t("bids.lot"), render: (row) => [row.lot, row.item].filter(Boolean).join(" · ") },
          { key: "amount", title: t("bids.amount"), align: "right", render: (row) => <Money of={row.amount} /> },
          { key: "status", title: t("field.status"), render: (row) => <StatusTag status={row.status} room="bids" /> },
          {
            key: "received_at",
            title: t("bids.received"),
            render: (row) => (row.received_at ? momentText(row.received_at, i18n.language) : "—"),
          },
        ]}
      />
    </Page>
  );
}
