import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import { useTerms } from "../../api/reference";
import { languageOf } from "../../api/refusal";
import { DataTable } from "../../ui/DataTable";
import { PlaceSelect } from "../../ui/form/choices";
import { ImportEntries } from "../../ui/ImportList";
import { Link } from "../../ui/Link";
import { priceText, listText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { useServiceFilters } from "../../ui/serviceFilters";
import { StatusTag } from "../../ui/StatusTag";

const STATES = ["draft", "published", "paused", "expired", "withdrawn"] as const;

const importing = (actions: readonly string[]) => actions.includes("import") && <ImportEntries room="offers" />;

export default function OfferList() {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const place = { label: t("field.coverage"), input: PlaceSelect };
  const filters = useServiceFilters({ room: "offers", place, states: STATES });
  return (
    <Page title={t("nav.offers")} subtitle={t("offers.list.subtitle")}>
      <DataTable
        from="/api/v1/offers"
        caption={t("nav.offers")}
        rowKey={(row) => row.id}
        to={(row) => `/offers/${row.id}`}
        create={{ granted: "draft", label: t("offers.new"), to: "/offers/new" }}
        filters={filters}
        above={importing}
        exportAt={(query) =>
          fileAt("/api/v1/offers/export", {}, { ...query, format: "xlsx", headings: languageOf(i18n.language) })
        }
        columns={[
          { key: "title", title: t("field.title"), phone: "title", sort: "title", render: (row) => row.title },
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
            render: (row) => listText(row.category_codes.map(term), i18n.language) || "—",
          },
          {
            key: "populations",
            title: t("field.populations"),
            render: (row) => listText(row.population_codes.map(term), i18n.language) || "—",
          },
          {
            key: "price",
            title: t("field.price"),
            sort: "price",
            align: "right",
            render: (row) => <span className="figures">{priceText(row)}</span>,
          },
          { key: "capacity", title: t("field.capacity"), render: (row) => row.capacity || "—" },
          {
            key: "status",
            title: t("field.status"),
            sort: "status",
            render: (row) => <StatusTag status={row.status} room="offers" />,
          },
        ]}
        empty={{ title: t("offers.list.empty"), hint: t("offers.list.empty_hint") }}
      />
    </Page>
  );
}
