import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import { useTerms } from "../../api/reference";
import { languageOf } from "../../api/refusal";
import { DataTable } from "../../ui/DataTable";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";

export default function OfferList() {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  return (
    <Page title={t("nav.offers")} subtitle={t("offers.list.subtitle")}>
      <DataTable
        from="/api/v1/offers"
        caption={t("nav.offers")}
        rowKey={(row) => row.id}
        to={(row) => `/offers/${row.id}`}
        filters={[{ name: "q", kind: "search", label: t("offers.list.search") }]}
        exportAt={(query) =>
          fileAt("/api/v1/offers/export", {}, { ...query, format: "xlsx", headings: languageOf(i18n.language) })
        }
        columns={[
          { key: "title", title: t("field.title"), phone: "title", render: (row) => row.title },
          {
            key: "organization",
            title: t("field.organization"),
            render: (row) => (
              <Link to={`/organizations/${row.party_id}`}>{i18n.language === "en" ? row.party_en : row.party_zh}</Link>
            ),
          },
          {
            key: "category",
            title: t("field.category"),
            render: (row) => row.category_codes.map(term).join("、") || "—",
          },
          {
            key: "populations",
            title: t("field.populations"),
            render: (row) => row.population_codes.map(term).join("、") || "—",
          },
          {
            key: "price",
            title: t("field.price"),
            align: "right",
            render: (row) => (
              <span className="figures">{row.price ? `${Number(row.price)} ${row.price_unit}` : "—"}</span>
            ),
          },
          { key: "capacity", title: t("field.capacity"), render: (row) => row.capacity || "—" },
          {
            key: "status",
            title: t("field.status"),
            phone: "hidden",
            render: (row) => <StatusTag status={row.status} />,
          },
        ]}
        empty={{ title: t("offers.list.empty"), hint: t("offers.list.empty_hint") }}
      />
    </Page>
  );
}
