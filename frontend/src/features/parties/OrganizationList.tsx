import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { useSession } from "../../api/session";
import { AreaName } from "../../ui/AreaName";
import { chosen } from "../../ui/chosen";
import { type Column, DataTable } from "../../ui/DataTable";
import { CategorySelect } from "../../ui/form/choices";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Coverage } from "./Coverage";
import { ImportRoster } from "./ImportRoster";

type Row = components["schemas"]["PartyRow"];
type PartyWork = components["schemas"]["PartyBuilding"];

const KINDS = [
  "social_service_agency",
  "association",
  "foundation",
  "community_group_filed",
  "resident_group",
  "student_team",
  "company",
] as const satisfies readonly Row["legal_kind"][];
const GRADES = ["5A", "4A", "3A", "2A", "1A"] as const satisfies readonly Row["rating_a"][];
const PARTY_WORK = ["own_branch", "joint_branch", "instructor", "none"] as const satisfies readonly PartyWork[];
const ORGANIZATIONS = { kind: "organization" } as const;

const importing = (actions: readonly string[]) => actions.includes("import") && <ImportRoster />;

/** Who serves in this district: everybody looks them up, the bureau brings and takes the whole list. */
export default function OrganizationList() {
  const { t, i18n } = useTranslation();
  const { data: session } = useSession();
  return (
    <Page title={t("nav.organizations")} subtitle={<Subtitle isStranger={!session?.account_id} />}>
      {session?.current?.area && <Coverage area={session.current.area} />}
      <DataTable
        from="/api/v1/parties"
        always={ORGANIZATIONS}
        caption={t("nav.organizations")}
        rowKey={(row) => row.id}
        to={(row) => `/organizations/${row.id}`}
        exportAt={({ q, area }) =>
          fileAt(
            "/api/v1/parties/export",
            {},
            { format: "xlsx", headings: languageOf(i18n.language), ...(q && { q }), ...(area && { area }) },
          )
        }
        above={importing}
        filters={[
          { name: "q", kind: "search", label: t("parties.search") },
          {
            name: "legal_kind",
            kind: "choice",
            label: t("rooms.parties.field.legal_kind"),
            options: KINDS.map((value) => ({ value, label: t(`rooms.parties.legal_kind.${value}`) })),
          },
          {
            name: "rating_a",
            kind: "choice",
            label: t("rooms.parties.field.rating_a"),
            options: GRADES.map((value) => ({ value, label: value })),
          },
          {
            name: "party_building",
            kind: "choice",
            label: t("rooms.records.kind.party_building"),
            options: PARTY_WORK.map((value) => ({ value, label: t(`rooms.records.value.${value}`) })),
          },
          { name: "category_code", kind: "pick", label: t("rooms.parties.field.domain_codes"), input: CategorySelect },
        ]}
        columns={useColumns()}
        empty={{ title: t("parties.none"), hint: t("parties.none_hint") }}
      />
    </Page>
  );
}

function Subtitle({ isStranger }: { isStranger: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {t("parties.list_subtitle")} <Link to="/listed">{t("nav.listed")}</Link>
      {isStranger && (
        <>
          {" · "}
          <Link to="/register">{t("nav.register")}</Link>
        </>
      )}
    </>
  );
}

function useColumns(): Column<Row>[] {
  const { t, i18n } = useTranslation();
  const field = (name: string) => t(`rooms.parties.field.${name}`);
  return [
    {
      key: "name_zh",
      title: t("field.name"),
      sort: "name_zh",
      phone: "title",
      render: (row) => chosen(row, "name", i18n.language),
    },
    {
      key: "legal_kind",
      title: field("legal_kind"),
      render: (row) => row.legal_kind && t(`rooms.parties.legal_kind.${row.legal_kind}`),
    },
    {
      key: "rating_a",
      title: field("rating_a"),
      render: (row) => [row.rating_a, row.rating_year && `(${row.rating_year})`].filter(Boolean).join(" ") || "—",
    },
    {
      key: "area",
      title: field("area_code"),
      render: (row) => row.area_code && <AreaName path={row.area_path} code={row.area_code} />,
    },
  ];
}
