import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import { useTerms } from "../../api/reference";
import { languageOf } from "../../api/refusal";
import { AreaName } from "../../ui/AreaName";
import { DataTable } from "../../ui/DataTable";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";

const STATES = ["published", "matched", "tendered", "contracted", "fulfilled"] as const;

export default function NeedList() {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  return (
    <Page title={t("nav.needs")} subtitle={t("needs.list.subtitle")}>
      <DataTable
        from="/api/v1/needs"
        caption={t("nav.needs")}
        rowKey={(row) => row.id}
        to={(row) => `/needs/${row.id}`}
        filters={[
          { name: "q", kind: "search", label: t("needs.list.search") },
          {
            name: "status",
            kind: "choice",
            label: t("field.status"),
            options: STATES.map((value) => ({ value, label: t(`rooms.needs.status.needs.${value}`) })),
          },
        ]}
        exportAt={(query) =>
          fileAt("/api/v1/needs/export", {}, { ...query, format: "xlsx", headings: languageOf(i18n.language) })
        }
        columns={[
          { key: "title", title: t("rooms.needs.field.title"), phone: "title", render: (row) => row.title },
          {
            key: "place",
            title: t("rooms.needs.field.community_code"),
            render: (row) => <AreaName path={row.area_path} code={row.community_code} stacked />,
          },
          { key: "category", title: t("field.category"), render: (row) => term(row.category_code) },
          {
            key: "beneficiaries",
            title: t("field.beneficiaries"),
            align: "right",
            render: (row) => <span className="figures">{row.beneficiaries ?? "—"}</span>,
          },
          { key: "budget", title: t("field.budget"), align: "right", render: (row) => <Money of={row.budget} /> },
          { key: "status", title: t("field.status"), render: (row) => <StatusTag status={row.status} /> },
        ]}
        empty={{ title: t("needs.list.empty"), hint: t("needs.list.empty_hint") }}
      />
    </Page>
  );
}
