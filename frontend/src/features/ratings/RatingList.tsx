import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { type Column, DataTable } from "../../ui/DataTable";
import { dayText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { GradeText } from "./GradeText";
import { Members } from "./Members";
import "./ratings.css";

type Row = components["schemas"]["RatingSeen"];

/** Grades of organisations; for the bureau also what may cost a grade, and its committee. */
export default function RatingList() {
  const { t } = useTranslation();
  const found = $api.useQuery("get", "/api/v1/ratings", { params: { query: { limit: 1 } } });
  const isOffice = found.data?.actions?.includes("appoint_member") ?? false;
  return (
    <Page title={t("nav.ratings")} subtitle={t("ratings.list_subtitle")}>
      {isOffice && <Warnings />}
      <DataTable
        from="/api/v1/ratings"
        caption={t("nav.ratings")}
        rowKey={(row) => row.id}
        to={(row) => `/ratings/${row.id}`}
        columns={useColumns()}
        empty={{ title: t("ratings.none"), hint: t("ratings.none_hint") }}
      />
      {isOffice && <Members />}
    </Page>
  );
}

function useColumns(): Column<Row>[] {
  const { t, i18n } = useTranslation();
  return [
    {
      key: "party",
      title: t("ratings.organization"),
      phone: "title",
      render: (row) => chosen(row, "party", i18n.language),
    },
    { key: "scheme", title: t("rooms.ratings.field.scheme"), render: (row) => t(`rooms.ratings.scheme.${row.scheme}`) },
    { key: "grade", title: t("ratings.grade"), render: (row) => <GradeText of={row} /> },
    { key: "status", title: t("field.status"), render: (row) => <StatusTag status={row.status} room="ratings" /> },
    {
      key: "valid_until",
      title: t("ratings.valid_until"),
      render: (row) => (
        <span className="figures">{row.valid_until ? dayText(row.valid_until, i18n.language) : "–"}</span>
      ),
    },
  ];
}

/** Early warning: overdue answers, corrections under way, grades about to end. */
function Warnings() {
  const { t, i18n } = useTranslation();
  const found = $api.useQuery("get", "/api/v1/ratings/warnings");
  return (
    <Fetched query={found}>
      {(items) =>
        items.length > 0 ? (
          <section className="panel rating-part" aria-labelledby="warnings">
            <h2 id="warnings">{t("ratings.warnings")}</h2>
            <ul>
              {items.map((each) => (
                <li key={`${each.party_id} ${each.danger} ${each.due_on}`}>
                  <Link to={`/organizations/${each.party_id}`}>{chosen(each, "party", i18n.language)}</Link>{" "}
                  {t(`rooms.ratings.danger.${each.danger}`)}
                  {each.things > 1 && ` × ${each.things}`}
                  {each.due_on && <span className="soft"> {dayText(each.due_on, i18n.language)}</span>}
                </li>
              ))}
            </ul>
          </section>
        ) : null
      }
    </Fetched>
  );
}
