import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { amountText, endText, momentText } from "../../../ui/format";

type Row = Record<string, unknown>;

/** What was changed after publication: why, when, and what reads differently. */
export function Amendments({ tenderId }: { tenderId: number }) {
  const { t, i18n } = useTranslation();
  const path = { tender_id: tenderId };
  const amendments = $api.useQuery("get", "/api/v1/tenders/{tender_id}/amendments", { params: { path } });
  if (!amendments.data?.length) return null;
  return (
    <section aria-labelledby="amendments">
      <h2 id="amendments">{t("notice.amendments")}</h2>
      <ol className="enquiries">
        {amendments.data.toReversed().map((each) => (
          <li key={each.number}>
            <h3>
              {t("notice.amendment", { number: each.number })}{" "}
              <span className="soft">{momentText(each.at, i18n.language)}</span>
            </h3>
            <p>{each.reason}</p>
            <dl className="changes">
              {Object.entries(each.changes).map(([field, [before, after]]) => (
                <div key={field}>
                  <dt>{t([`tenders.date.${field}`, `rooms.notices.field.${field}`])}</dt>
                  <dd>
                    <Difference field={field} before={before} after={after} />
                  </dd>
                </div>
              ))}
            </dl>
            <p className="soft">{t(each.is_binding ? "notice.binding" : "notice.not_binding")}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

type DifferenceProps = { field: string; before: unknown; after: unknown };

function Difference({ field, before, after }: DifferenceProps) {
  const { t } = useTranslation();
  const write = useWriting();
  if (Array.isArray(before) && Array.isArray(after)) return <RowsChanged before={before} after={after} />;
  const [was, is] = [write(field, before), write(field, after)];
  return (
    <>
      <del>{was || t("notice.nothing")}</del> <ins>{is || t("notice.nothing")}</ins>
    </>
  );
}

/** Of lots and criteria: the rows that came, went or read differently, cell by cell. */
function RowsChanged({ before, after }: { before: Row[]; after: Row[] }) {
  const { t } = useTranslation();
  const write = useWriting();
  const was = new Map(before.map((row) => [row.code, row]));
  const codes = new Set([...before, ...after].map(({ code }) => code));
  return (
    <ul className="changed-rows">
      {[...codes].map((code) => {
        const [old, now] = [was.get(code), after.find((row) => row.code === code)];
        const cells = Object.keys({ ...old, ...now }).filter((name) => old?.[name] !== now?.[name]);
        return cells.length === 0 ? null : (
          <li key={String(code)}>
            {String(code)}{" "}
            {cells
              .filter((name) => name !== "code")
              .map((name) => (
                <span key={name} className="changed-cell">
                  {t(`rooms.notices.field.${name}`)} {old && <del>{write(name, old[name])}</del>}{" "}
                  {now && <ins>{write(name, now[name])}</ins>}
                </span>
              ))}
          </li>
        );
      })}
    </ul>
  );
}

/** Writes a value of a notice as its page does: moments, money, rules, yes and no. */
function useWriting(): (field: string, value: unknown) => string {
  const { t, i18n } = useTranslation();
  return (field, value) => {
    if (value === null || value === undefined || value === "") return "";
    if (typeof value === "boolean") return t(value ? "notice.yes" : "notice.no");
    if (field.endsWith("_end") || field === "contract_start") return endText(String(value), i18n.language);
    if (field === "overspend_rule") return t(`tenders.rules.${String(value)}`);
    if (["budget", "ceiling", "maximum"].includes(field)) return amountText(String(value));
    return typeof value === "object" ? t("notice.another_form") : String(value);
  };
}
