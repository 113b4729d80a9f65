import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import { DataTable } from "../../ui/DataTable";
import { Deadline } from "../../ui/Deadline";
import { Link } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";
import { chosen } from "../../ui/chosen";

export default function TenderList() {
  const { t, i18n } = useTranslation();
  return (
    <Page title={t("nav.tenders")} subtitle={t("tenders.list.subtitle")}>
      <DataTable
        from="/api/v1/tenders"
        caption={t("nav.tenders")}
        above={begin}
        rowKey={(row) => row.id}
        to={(row) => `/tenders/${row.id}`}
        exportAt={(query) => fileAt("/api/v1/tenders/export", {}, { ...query, format: "xlsx" })}
        columns={[
          {
            key: "title",
            title: t("field.title"),
            phone: "title",
            render: (row) => chosen(row, "title", i18n.language),
          },
          { key: "purchaser", title: t("field.purchaser"), render: (row) => chosen(row, "party_name", i18n.language) },
          { key: "budget", title: t("field.budget"), align: "right", render: (row) => <Money of={row.budget} /> },
          {
            key: "phase",
            title: t("field.status"),
            render: (row) => (
              <StatusTag status={row.status === "published" && row.phase ? row.phase : row.status} room="tenders" />
            ),
          },
          { key: "bids_end", title: t("field.deadline"), render: (row) => <Deadline at={row.bids_end} /> },
        ]}
        empty={{ title: t("tenders.list.empty"), hint: t("tenders.list.empty_hint") }}
      />
    </Page>
  );
}

const begin = (actions: readonly string[]) => actions.includes("create") && <Begin />;

function Begin() {
  const { t } = useTranslation();
  return (
    <Link to="/tenders/new">
      <Button type="primary">{t("notice.new")}</Button>
    </Link>
  );
}
