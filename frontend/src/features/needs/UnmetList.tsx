import { useTranslation } from "react-i18next";
import { useTerms } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { AreaName } from "../../ui/AreaName";
import { type Column, DataTable } from "../../ui/DataTable";
import { CategorySelect, OnePopulation, StreetSelect } from "../../ui/form/choices";
import { countText, dayText, listText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { useBudgetFilter } from "./useBudgetFilter";
import { useMayOffer } from "./useMayOffer";

type Row = components["schemas"]["NeedRow"];

/** Needs for which nobody offers anything that fits: what an organisation may begin an offer from. */
export default function UnmetList() {
  const { t } = useTranslation();
  return (
    <Page
      title={t("nav.needs_unmet")}
      subtitle={t("needs.unmet.subtitle")}
      crumbs={[{ label: t("nav.needs"), to: "/needs" }]}
    >
      <DataTable
        from="/api/v1/needs"
        caption={t("nav.needs_unmet")}
        always={{ is_advertised: true }}
        rowKey={(row) => row.id}
        to={(row) => `/needs/${row.id}`}
        filters={[
          { name: "q", kind: "search", label: t("needs.list.search") },
          { name: "area", kind: "pick", label: t("field.street"), input: StreetSelect },
          { name: "category", kind: "pick", label: t("field.category"), input: CategorySelect },
          { name: "population", kind: "pick", label: t("field.populations"), input: OnePopulation },
          useBudgetFilter(),
        ]}
        columns={useColumns()}
        empty={{ title: t("needs.unmet.empty"), hint: t("needs.unmet.empty_hint") }}
      />
    </Page>
  );
}

function useColumns(): Column<Row>[] {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const mayOffer = useMayOffer();
  const answer: Column<Row> = {
    key: "offer",
    title: t("needs.unmet.answer"),
    render: (row) => <Link to={`/needs/${row.id}/offer`}>{t("needs.unmet.offer")}</Link>,
  };
  return [
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
    {
      key: "kind",
      title: t("needs.unmet.kind"),
      render: (row) =>
        listText([row.category_code, ...row.population_codes].filter(Boolean).map(term), i18n.language) || "—",
    },
    {
      key: "beneficiaries",
      title: t("field.beneficiaries"),
      align: "right",
      sort: "beneficiaries",
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
      key: "advertised_at",
      title: t("rooms.needs.field.advertised_at"),
      sort: "advertised_at",
      render: (row) => row.advertised_at && dayText(row.advertised_at, i18n.language),
    },
    ...(mayOffer ? [answer] : []),
  ];
}
