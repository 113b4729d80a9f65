import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { AreaName } from "../../ui/AreaName";
import { priceText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Money } from "../../ui/Money";

/** The latest needs and offers. */
export function Live() {
  return (
    <div className="live">
      <Needs />
      <Offers />
    </div>
  );
}

function Needs() {
  const { t } = useTranslation();
  const needs = $api.useQuery("get", "/api/v1/needs", { params: { query: { limit: 5, status: "published" } } });
  return (
    <section aria-labelledby="live-needs">
      <h2 id="live-needs">{t("nav.needs")}</h2>
      <ul className="live-list">
        {needs.data?.items.map((row) => (
          <li key={row.id}>
            <Link to={`/needs/${row.id}`}>{row.title}</Link>
            <AreaName path={row.area_path} code={row.community_code} />
            <div className="soft">
              <Money of={row.budget} />
            </div>
          </li>
        ))}
      </ul>
      <Link to="/needs">{t("portal.all_needs")}</Link>
    </section>
  );
}

function Offers() {
  const { t, i18n } = useTranslation();
  const offers = $api.useQuery("get", "/api/v1/offers", { params: { query: { limit: 5 } } });
  return (
    <section aria-labelledby="live-offers">
      <h2 id="live-offers">{t("nav.offers")}</h2>
      <ul className="live-list">
        {offers.data?.items.map((row) => (
          <li key={row.id}>
            <Link to={`/offers/${row.id}`}>{row.title}</Link>
            <Link to={`/organizations/${row.party_id}`}>{i18n.language === "en" ? row.party_en : row.party_zh}</Link>
            <div className="soft">{priceText(row)}</div>
          </li>
        ))}
      </ul>
      <Link to="/offers">{t("portal.all_offers")}</Link>
    </section>
  );
}
