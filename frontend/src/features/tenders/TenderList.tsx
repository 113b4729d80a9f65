import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { type QueryOf, fileAt } from "../../api/paths";
import type { components } from "../../api/schema.gen";
import { languageOf } from "../../api/refusal";
import { DataTable } from "../../ui/DataTable";
import { Deadline } from "../../ui/Deadline";
import type { Filter } from "../../ui/FilterBar";
import { PlaceSelect } from "../../ui/form/choices";
import { dayText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";
import { chosen } from "../../ui/chosen";

const PROFILES = ["venture", "procurement", "consultation"] as const;
const STATES = [
  "draft",
  "published",
  "opened",
  "awarded",
  "unsuccessful",
  "cancelled",
] as const satisfies readonly Row["status"][];
type Row = components["schemas"]["TenderRow"];

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
        filters={useFilters()}
        exportAt={(query) =>
          fileAt("/api/v1/tenders/export", {}, { ...query, format: "xlsx", headings: languageOf(i18n.language) })
        }
        columns={[
          {
            key: "title",
            title: t("field.title"),
            phone: "title",
            sort: "title_zh",
            render: (row) => chosen(row, "title", i18n.language),
          },
          { key: "purchaser", title: t("field.purchaser"), render: (row) => chosen(row, "party", i18n.language) },
          {
            key: "budget",
            title: t("field.budget"),
            align: "right",
            sort: "budget",
            render: (row) => <Money of={row.budget} />,
          },
          {
            key: "phase",
            title: t("field.status"),
            render: (row) => (
              <StatusTag status={row.status === "published" && row.phase ? row.phase : row.status} room="tenders" />
            ),
          },
          {
            key: "bids_end",
            title: t("field.deadline"),
            sort: "bids_end",
            render: (row) => <Deadline at={row.bids_end} />,
          },
          {
            key: "published_at",
            title: t("field.published_at"),
            sort: "published_at",
            render: (row) => (row.published_at ? dayText(row.published_at, i18n.language) : "—"),
          },
        ]}
        empty={{ title: t("tenders.list.empty"), hint: t("tenders.list.empty_hint") }}
      />
    </Page>
  );
}

function useFilters(): Filter<keyof QueryOf<"/api/v1/tenders"> & string>[] {
  const { t } = useTranslation();
  return [
    { name: "q", kind: "search", label: t("tenders.list.search") },
    { name: "is_open", kind: "only", label: t("tenders.list.open"), value: "true" },
    {
      name: "profile",
      kind: "choice",
      label: t("tenders.list.kind"),
      options: PROFILES.map((value) => ({ value, label: t(`tenders.profile_name.${value}`) })),
    },
    {
      name: "status",
      kind: "choice",
      label: t("field.status"),
      options: STATES.map((value) => ({ value, label: t([`tenders.status.${value}`, `status.${value}`]) })),
    },
    { name: "area", kind: "pick", label: t("ui.form.place"), input: PlaceSelect },
  ];
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
