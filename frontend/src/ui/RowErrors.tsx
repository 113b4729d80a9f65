import { useTranslation } from "react-i18next";
import { type RefusedRow, languageOf } from "../api/refusal";

/** What is wrong in which row and column of a file; nothing of the file was taken. `isWrong`: false where the rows are
 * no faults, but something to decide, and whoever shows them says so. */
export function RowErrors({
  rows,
  more = 0,
  isWrong = true,
}: {
  rows: readonly RefusedRow[];
  more?: number;
  isWrong?: boolean;
}) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  return (
    <section className="row-errors">
      {isWrong && (
        <p>
          <strong>{t("ui.rows.title", { count: rows.length + more })}</strong>{" "}
          <span className="soft">{t("ui.rows.hint")}</span>
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th>{t("ui.rows.row")}</th>
            <th>{t("ui.rows.column")}</th>
            <th>{t("ui.rows.reason")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ row, rows: all = [row], more: others = 0, column, code, messages }) => (
            <tr key={`${row}:${column}:${code}:${messages.zh}`}>
              <td className="figures">
                {all.join(t("ui.rows.and"))}
                {others > 0 && ` ${t("ui.rows.others", { count: others })}`}
              </td>
              <td>{column}</td>
              <td>{messages[language]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="soft">{t("ui.rows.more", { count: more })}</p>}
    </section>
  );
}
