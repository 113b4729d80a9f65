import { Table } from "antd";
import { useTranslation } from "react-i18next";
import { type RefusedRow, languageOf } from "../api/refusal";

/** What is wrong in which row and column of a file; nothing of the file was taken. */
export function RowErrors({ rows }: { rows: readonly RefusedRow[] }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  return (
    <section className="row-errors" aria-label={t("ui.rows.title", { count: rows.length })}>
      <p>
        <strong>{t("ui.rows.title", { count: rows.length })}</strong> <span className="soft">{t("ui.rows.hint")}</span>
      </p>
      <Table<RefusedRow>
        size="small"
        rowKey={(row) => `${row.row}:${row.column}:${row.code}`}
        dataSource={rows}
        pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t("ui.rows.row"), dataIndex: "row", width: 80, className: "figures" },
          { title: t("ui.rows.column"), dataIndex: "column", width: "26%" },
          { title: t("ui.rows.reason"), render: (_, row) => row.messages[language] },
        ]}
      />
    </section>
  );
}
