import { useTranslation } from "react-i18next";
import { type RefusedRow, languageOf } from "../api/refusal";

/** Numbers in order, those that follow each other as one span: 2–4, 7. */
export function spans(numbers: readonly number[]): string[] {
  const starts = numbers.filter((each, at) => at === 0 || numbers[at - 1] !== each - 1);
  const ends = numbers.filter((each, at) => numbers[at + 1] !== each + 1);
  return starts.map((start, at) => (start === ends[at] ? `${start}` : `${start}–${ends[at]}`));
}

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
          <strong>{t("ui.rows.title", { count: rows.length + more })}</strong>
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
                {spans(all).join(t("ui.rows.and"))}
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
