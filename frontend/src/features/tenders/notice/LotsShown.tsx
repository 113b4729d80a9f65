import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import { AreaName } from "../../../ui/AreaName";
import { Link } from "../../../ui/Link";
import { Money } from "../../../ui/Money";
import { chosen } from "../../../ui/chosen";

type Lot = components["schemas"]["LotRead"];

/** The lots of a notice, each with its money and the needs it answers, by title and place. */
export function LotsShown({ lots }: { lots: readonly Lot[] }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className="lots">
      {lots.map((lot) => (
        <li key={lot.id}>
          <h3>
            {lot.code} {chosen(lot, "title", i18n.language)}
          </h3>
          {lot.failure && <p className="lot-failed">{t(`tenders.failure.${lot.failure}`)}</p>}
          <p>
            {t("tenders.lot", { places: lot.places })} · {t("field.budget")} <Money of={lot.budget} /> ·{" "}
            {t("tenders.ceiling")} <Money of={lot.ceiling} />
          </p>
          <Answered lot={lot} />
        </li>
      ))}
    </ul>
  );
}

function Answered({ lot }: { lot: Lot }) {
  const rows = lot.items.length
    ? lot.items.map((item) => ({ ...item, key: item.id, need: item.need_id }))
    : lot.needs.map((need) => ({ ...need, key: need.id, code: null, need: need.id }));
  if (rows.length === 0) return null;
  return (
    <ul className="lot-items">
      {rows.map(({ key, code, need, title, area_path }) => (
        <li key={key}>
          {code && <span className="soft figures">{code} </span>}
          {need && title ? <Link to={`/needs/${need}`}>{title}</Link> : title}{" "}
          {area_path.length > 0 && (
            <span className="soft">
              <AreaName path={area_path} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
