import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { AreaName } from "../../ui/AreaName";
import { Deadline } from "../../ui/Deadline";
import { priceText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { StatusTag } from "../../ui/StatusTag";

/** What goes on now: projects with their deadline or result, the latest needs and offers. */
export function Live() {
  return (
    <div className="live">
      <Tenders />
      <Needs />
      <Offers />
    </div>
  );
}

function Tenders() {
  const { t, i18n } = useTranslation();
  const tenders = $api.useQuery("get", "/api/v1/tenders", { params: { query: { limit: 3 } } });
  return (
    <section aria-labelledby="live-tenders">
      <h2 id="live-tenders">{t("nav.tenders")}</h2>
      <ul className="live-list">
        {tenders.data?.items.map((row) => (
          <li key={row.id}>
            <Link to={row.status === "awarded" ? `/tenders/${row.id}/result` : `/tenders/${row.id}`}>
              {(i18n.language === "en" && row.title_en) || row.title_zh}
            </Link>
            <div>
              <StatusTag status={row.status === "published" && row.phase ? row.phase : row.status} room="tenders" />{" "}
              <Money of={row.budget} />
            </div>
            {row.status === "published" && <Deadline at={row.bids_end} label={t("portal.apply_by")} />}
          </li>
        ))}
      </ul>
      <Link to="/tenders">{t("portal.all_tenders")}</Link>
    </section>
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
