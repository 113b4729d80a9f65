import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { type Column, DataTable } from "../../ui/DataTable";
import { dayText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";

type Row = components["schemas"]["AssessmentRow"];

/** What the office has assessed, and what an assessor has to mark. */
export default function AssessmentList() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.assessments")} subtitle={t("assessments.list_subtitle")}>
      <DataTable
        from="/api/v1/assessments"
        caption={t("nav.assessments")}
        rowKey={(row) => row.id}
        to={(row) => `/assessments/${row.id}`}
        columns={useColumns()}
        empty={{ title: t("assessments.none"), hint: t("assessments.none_hint") }}
      />
    </Page>
  );
}

function useColumns(): Column<Row>[] {
  const { t, i18n } = useTranslation();
  const result = (row: Row): string =>
    row.total === null ? "–" : `${Number(row.total)} · ${t(`rooms.ratings.grade.${row.band}`)}`;
  return [
    {
      key: "subject",
      title: t("assessments.subject"),
      phone: "title",
      render: (row) => chosen(row, "subject", i18n.language),
    },
    { key: "scheme", title: t("rooms.ratings.field.scheme"), render: (row) => chosen(row, "scheme", i18n.language) },
    { key: "status", title: t("field.status"), render: (row) => <StatusTag status={row.status} room="assessments" /> },
    { key: "result", title: t("assessments.result"), render: (row) => <span className="figures">{result(row)}</span> },
    {
      key: "planned_at",
      title: t("assessments.planned_at"),
      sort: "planned_at",
      render: (row) => <span className="figures">{dayText(row.planned_at, i18n.language)}</span>,
    },
  ];
}
