import { ExperimentOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { chosen } from "../../ui/chosen";
import { Link } from "../../ui/Link";
import { usePhrase } from "./phrase";
import { pointsOf } from "./reading";
import type { Direction, Ranking, TryOut } from "./tryOut";

const FIRST = 5;

/** Those closest in content of all that failed a condition. */
export function NearMisses({ of, to }: { of: Ranking; to: Direction["to"] }) {
  const { t, i18n } = useTranslation();
  const phrase = usePhrase();
  const [all, setAll] = useState(false);
  if (of.excluded.length === 0) return null;
  const rows = all ? of.excluded : of.excluded.slice(0, FIRST);
  const more = of.excluded.length - rows.length;
  return (
    <section aria-labelledby="excluded">
      <h2 id="excluded">{t("selection.near.title")}</h2>
      <p className="soft">{t("selection.near.how", { count: of.excluded_count })}</p>
      <ul className="excluded">
        {rows.map((row) => (
          <li key={row.id}>
            <Link to={`/${to}/${row.id}`}>{row.title}</Link>
            <span className="soft"> · {chosen(row, "party", i18n.language)}</span>
            <div>
              <span className="filter-name">{t(`selection.filter.${row.filter}`)}</span>{" "}
              {phrase({ code: `filter_${row.filter}`, facts: row.facts })}
            </div>
          </li>
        ))}
      </ul>
      {more > 0 && <Button onClick={() => setAll(true)}>{t("selection.near.more", { count: more })}</Button>}
    </section>
  );
}

/** Few are left: what leaving out each single condition would bring, and a button that tries it. */
export function Relax({ of, to, tryOut }: { of: Ranking; to: Direction["to"]; tryOut: TryOut }) {
  const { t, i18n } = useTranslation();
  if (of.relax.length === 0) return null;
  return (
    <section className="relax" aria-labelledby="relax">
      <h2 id="relax">{t("selection.relax.title")}</h2>
      <p className="soft">{t("selection.relax.how", { count: of.admitted })}</p>
      <ul>
        {of.relax.map(({ filter, admitted, best }) => (
          <li key={filter}>
            <p>
              <strong>{t("selection.relax.filter", { filter: t(`selection.filter.${filter}`) })}</strong>{" "}
              {t("selection.relax.brings", {
                count: admitted,
                party: chosen(best, "party", i18n.language),
                score: pointsOf(best.score),
                place: best.place,
              })}{" "}
              <Link to={`/${to}/${best.id}`}>{best.title}</Link>
            </p>
            <Button icon={<ExperimentOutlined aria-hidden />} onClick={() => tryOut.skip(filter, true)}>
              {t("selection.relax.try_filter", { filter: t(`selection.filter.${filter}`) })}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
