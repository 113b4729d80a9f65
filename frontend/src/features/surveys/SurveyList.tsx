import { useTranslation } from "react-i18next";
import { languageOf } from "../../api/refusal";
import { DataTable } from "../../ui/DataTable";
import { StreetSelect } from "../../ui/form/choices";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";
import { usePurposes } from "./PurposeSelect";
import "./surveys.css";

const STATES = ["draft", "published", "closed"] as const;

export default function SurveyList() {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const purposes = usePurposes();
  return (
    <Page title={t("nav.surveys")} subtitle={t("surveys.list.subtitle")}>
      <DataTable
        from="/api/v1/surveys"
        create={{ granted: "create", label: t("rooms.surveys.action.create_survey"), to: "/surveys/new" }}
        caption={t("nav.surveys")}
        rowKey={(row) => row.id}
        to={(row) => `/surveys/${row.id}`}
        filters={[
          { name: "area", kind: "pick", label: t("field.street"), input: StreetSelect },
          {
            name: "status",
            kind: "choice",
            label: t("field.status"),
            options: STATES.map((value) => ({ value, label: t(`rooms.surveys.status.surveys.${value}`) })),
          },
          { name: "purpose", kind: "choice", label: t("surveys.edit.purpose"), options: purposes },
        ]}
        columns={[
          {
            key: "title",
            title: t("surveys.list.title"),
            phone: "title",
            render: (row) => row.title[language] || row.title.zh,
          },
          {
            key: "purpose",
            title: t("surveys.edit.purpose"),
            render: (row) => t(`rooms.surveys.purpose.${row.purpose}`),
          },
          {
            key: "questions",
            title: t("surveys.list.questions"),
            align: "right",
            render: (row) => <span className="figures">{row.question_count}</span>,
          },
          {
            key: "status",
            title: t("field.status"),
            render: (row) => <StatusTag status={row.status} room="surveys" />,
          },
        ]}
        empty={{ title: t("surveys.list.empty"), hint: t("surveys.list.empty_hint") }}
      />
    </Page>
  );
}
