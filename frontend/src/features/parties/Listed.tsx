import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { type Column, DataTable } from "../../ui/DataTable";
import { Deadline } from "../../ui/Deadline";
import { dayText } from "../../ui/format";
import { Page } from "../../ui/Page";

type Row = components["schemas"]["ListedRead"];
const LISTS = ["abnormal", "serious"] as const satisfies readonly Row["kind"][];

/** Who is on the list of abnormal activity or on that of serious breaches: why, what leads off it, by when. */
export default function Listed() {
  const { t } = useTranslation();
  return (
    <Page
      title={t("nav.listed")}
      subtitle={t("parties.listed.subtitle")}
      crumbs={[{ label: t("nav.organizations"), to: "/organizations" }]}
    >
      <DataTable
        from="/api/v1/parties/listed"
        caption={t("nav.listed")}
        rowKey={(row) => row.id}
        to={(row) => `/organizations/${row.party_id}`}
        filters={[
          {
            name: "kind",
            kind: "choice",
            label: t("parties.listed.list"),
            options: LISTS.map((value) => ({ value, label: t(`rooms.records.kind.${value}`) })),
          },
        ]}
        columns={useColumns()}
        empty={{ title: t("parties.listed.none"), hint: t("parties.listed.none_hint") }}
      />
    </Page>
  );
}

function useColumns(): Column<Row>[] {
  const { t, i18n } = useTranslation();
  const field = (name: string) => t(`rooms.records.field.${name}`);
  return [
    {
      key: "party",
      title: t("parties.listed.organization"),
      phone: "title",
      render: (row) => chosen(row, "party", i18n.language),
    },
    { key: "kind", title: t("parties.listed.list"), render: (row) => t(`rooms.records.kind.${row.kind}`) },
    { key: "value", title: t("parties.listed.ground"), render: (row) => t(`rooms.records.value.${row.value}`) },
    {
      key: "valid_from",
      title: t("parties.listed.since"),
      sort: "valid_from",
      render: (row) => <span className="figures">{row.valid_from ? dayText(row.valid_from, i18n.language) : "–"}</span>,
    },
    { key: "requirement", title: field("requirement"), render: (row) => row.requirement || "–" },
    { key: "due_on", title: field("due_on"), render: (row) => (row.due_on ? <Deadline at={row.due_on} /> : "–") },
  ];
}
