import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import { useTerms } from "../../api/reference";
import { languageOf } from "../../api/refusal";
import { AreaName } from "../../ui/AreaName";
import { DataTable } from "../../ui/DataTable";
import { StreetSelect } from "../../ui/form/choices";
import { ImportEntries } from "../../ui/ImportList";
import { countText } from "../../ui/format";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { useServiceFilters } from "../../ui/serviceFilters";
import { StatusTag } from "../../ui/StatusTag";
import { useBudgetFilter } from "./useBudgetFilter";

const STATES = [
  "draft",
  "published",
  "matched",
  "tendered",
  "contracted",
  "fulfilled",
  "expired",
  "withdrawn",
] as const;

const importing = (actions: readonly string[]) => actions.includes("import") && <ImportEntries room="needs" />;

export default function NeedList() {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const place = { label: t("field.street"), input: StreetSelect };
  const filters = [...useServiceFilters({ room: "needs", place, states: STATES }), useBudgetFilter()];
  return (
    <Page title={t("nav.needs")} subtitle={t("needs.list.subtitle")}>
      <DataTable
        from="/api/v1/needs"
        caption={t("nav.needs")}
        rowKey={(row) => row.id}
        to={(row) => `/needs/${row.id}`}
        create={{ granted: "draft", label: t("needs.new"), to: "/needs/new" }}
        filters={filters}
        above={importing}
        exportAt={(query) =>
          fileAt("/api/v1/needs/export", {}, { ...query, format: "xlsx", headings: languageOf(i18n.language) })
        }
        columns={[
          {
            key: "title",
            title: t("rooms.needs.field.title"),
            phone: "title",
            sort: "title",
            render: (row) => row.title,
          },
          {
            key: "place",
            title: t("rooms.needs.field.community_code"),
            sort: "community_code",
            render: (row) => <AreaName path={row.area_path} code={row.community_code} stacked />,
          },
          { key: "category", title: t("field.category"), render: (row) => term(row.category_code) },
          {
            key: "beneficiaries",
            title: t("field.beneficiaries"),
            align: "right",
            render: (row) => <span className="figures">{countText(row.beneficiaries, i18n.language)}</span>,
          },
          {
            key: "budget",
            title: t("field.budget"),
            align: "right",
            sort: "budget",
            render: (row) => <Money of={row.budget} />,
          },
          {
            key: "status",
            title: t("field.status"),
            sort: "status",
            render: (row) => <StatusTag status={row.status} room="needs" />,
          },
        ]}
        empty={{ title: t("needs.list.empty"), hint: t("needs.list.empty_hint") }}
      />
    </Page>
  );
}
