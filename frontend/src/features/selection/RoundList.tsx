import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { chosen } from "../../ui/chosen";
import { DataTable } from "../../ui/DataTable";
import { Deadline } from "../../ui/Deadline";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { StatusTag } from "../../ui/StatusTag";

export default function RoundList() {
  const { t, i18n } = useTranslation();
  return (
    <Page title={t("nav.rounds")} subtitle={t("selection.list.subtitle")}>
      <DataTable
        from="/api/v1/selection/rounds"
        caption={t("nav.rounds")}
        above={begin}
        rowKey={(row) => row.id}
        to={(row) => `/rounds/${row.id}`}
        columns={[
          {
            key: "title",
            title: t("field.title"),
            phone: "title",
            render: (row) => chosen(row, "title", i18n.language),
          },
          {
            key: "status",
            title: t("field.status"),
            render: (row) => <StatusTag status={row.status} room="selection" />,
          },
          { key: "closes_at", title: t("field.deadline"), render: (row) => <Deadline at={row.closes_at} /> },
        ]}
        empty={{ title: t("selection.list.empty"), hint: t("selection.list.empty_hint") }}
      />
    </Page>
  );
}

const begin = (actions: readonly string[]) => actions.includes("create") && <Begin />;

function Begin() {
  const { t } = useTranslation();
  return (
    <Link to="/rounds/new">
      <Button type="primary">{t("selection.new.title")}</Button>
    </Link>
  );
}
