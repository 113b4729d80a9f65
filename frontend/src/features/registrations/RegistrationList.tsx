import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { AreaName } from "../../ui/AreaName";
import { type Column, DataTable } from "../../ui/DataTable";
import { momentText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";

type Row = components["schemas"]["RegistrationRead"];
const STATES: readonly Row["status"][] = ["submitted", "admitted", "refused", "withdrawn"];

/** Who asked to take part, and what was decided. */
export default function RegistrationList() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.registrations")} subtitle={t("registrations.list_subtitle")}>
      <DataTable
        from="/api/v1/registrations"
        caption={t("nav.registrations")}
        rowKey={(row) => row.id}
        to={(row) => `/registrations/${row.id}`}
        filters={[
          {
            name: "status",
            kind: "choice",
            label: t("field.status"),
            options: STATES.map((value) => ({ value, label: t(`rooms.registrations.status.registrations.${value}`) })),
          },
        ]}
        columns={useColumns()}
        empty={{ title: t("registrations.none"), hint: t("registrations.none_hint") }}
      />
    </Page>
  );
}

function useColumns(): Column<Row>[] {
  const { t, i18n } = useTranslation();
  const field = (name: string) => t(`rooms.registrations.field.${name}`);
  return [
    { key: "name_zh", title: field("name_zh"), sort: "name_zh", phone: "title", render: (row) => row.name_zh },
    { key: "status", title: field("status"), render: (row) => <StatusTag status={row.status} room="registrations" /> },
    { key: "legal_kind", title: field("legal_kind"), render: (row) => t(`rooms.parties.legal_kind.${row.legal_kind}`) },
    { key: "area", title: field("area_code"), render: (row) => <AreaName path={row.area_path} code={row.area_code} /> },
    {
      key: "submitted_at",
      title: field("submitted_at"),
      sort: "submitted_at",
      render: (row) => <span className="figures">{momentText(row.submitted_at, i18n.language)}</span>,
    },
  ];
}
