import { Link, useParams } from "@tanstack/react-router";
import { Alert, Collapse } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useTerms } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { moneyText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { WhyList } from "../../ui/WhyList";
import "./selection.css";

type Ranking = components["schemas"]["RankingRead"];
type Reason = components["schemas"]["ExplanationRead"];
type Ranked = components["schemas"]["RankedRead"];

export function OffersForNeed() {
  const { need_id } = useParams({ strict: false }) as { need_id: string };
  const id = Number(need_id);
  const need = $api.useQuery("get", "/api/v1/needs/{need_id}", { params: { path: { need_id: id } } });
  const ranking = $api.useQuery("post", "/api/v1/selection/needs/{need_id}/ranking", { params: { path: { need_id: id } } });
  return <Fetched query={ranking}>{(it) => <Shown of={it} title={need.data?.title ?? ""} from="needs" to="offers" />}</Fetched>;
}

export function NeedsForOffer() {
  const { offer_id } = useParams({ strict: false }) as { offer_id: string };
  const id = Number(offer_id);
  const offer = $api.useQuery("get", "/api/v1/offers/{offer_id}", { params: { path: { offer_id: id } } });
  const ranking = $api.useQuery("post", "/api/v1/selection/offers/{offer_id}/ranking", { params: { path: { offer_id: id } } });
  return <Fetched query={ranking}>{(it) => <Shown of={it} title={offer.data?.title ?? ""} from="offers" to="needs" />}</Fetched>;
}

type Side = "needs" | "offers";

function Shown({ of, title, from, to }: { of: Ranking; title: string; from: Side; to: Side }) {
  const { t } = useTranslation();
  return (
    <Page
      title={t(`selection.ranking.${to}`)}
      subtitle={t("selection.ranking.how")}
      crumbs={[
        { label: t(`nav.${from}`), to: `/${from}` },
        { label: title, to: `/${from}/${of.subject_id}` },
      ]}
    >
      {of.rows.length === 0 && <Alert type="info" showIcon title={t("selection.ranking.none")} />}
      <ol className="ranking">
        {of.rows.map((row) => (
          <Place key={row.id} row={row} to={to} />
        ))}
      </ol>
      {of.below > 0 && <p className="soft">{t("selection.ranking.below", { count: of.below })}</p>}
      <Excluded of={of} to={to} />
    </Page>
  );
}

function Place({ row, to }: { row: Ranked; to: Side }) {
  const { t, i18n } = useTranslation();
  const phrase = usePhrase();
  const reasons = row.explanation.map((reason) => ({
    key: reason.criterion,
    label: t(`selection.criterion.${reason.criterion}`),
    value: reason.value === null ? null : Number(reason.value),
    ...(reason.value === null ? {} : { weight: Number(reason.weight) }),
    note: phrase(reason),
  }));
  return (
    <li className="ranked">
      <div className="ranked-head">
        <span className="ranked-place figures">{row.place}</span>
        <div>
          <Link to={`/${to}/${row.id}`}>{row.title}</Link>
          <div className="soft">{i18n.language === "en" ? row.party_name_en : row.party_name_zh}</div>
        </div>
        <span className="ranked-score figures" aria-label={t("field.score")}>
          {Math.round(Number(row.score) * 100)}
        </span>
      </div>
      <Collapse ghost defaultActiveKey={row.place === 1 ? ["why"] : []} items={[{ key: "why", label: t("selection.ranking.why"), children: <WhyList reasons={reasons} /> }]} />
    </li>
  );
}

/** A reason as a sentence, from its code and facts. */
function usePhrase(): (reason: Pick<Reason, "code" | "facts">) => string {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  return ({ code, facts }) => {
    const said = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, spoken(name, value, term)]));
    const key = code === "shared_words" && !said.words ? "selection.reason.no_shared_words" : `selection.reason.${code}`;
    return t(key, said);
  };
}

const MONEY = new Set(["budget", "price"]);
const TERMS = new Set(["need", "offer"]);

function spoken(name: string, value: unknown, term: (code: string) => string): string {
  if (Array.isArray(value)) return value.map((item) => (TERMS.has(name) ? term(String(item)) : String(item))).join("、");
  if (value === null || value === undefined) return "";
  if (MONEY.has(name)) return moneyText({ amount: String(value), currency: "CNY" });
  return TERMS.has(name) ? term(String(value)) : String(value);
}

function Excluded({ of, to }: { of: Ranking; to: Side }) {
  const { t, i18n } = useTranslation();
  const phrase = usePhrase();
  if (of.excluded.length === 0) return null;
  return (
    <section aria-labelledby="excluded">
      <h2 id="excluded">{t("selection.ranking.excluded", { count: of.excluded_count })}</h2>
      <ul className="excluded">
        {of.excluded.map((row) => (
          <li key={row.id}>
            <Link to={`/${to}/${row.id}`}>{row.title}</Link>
            <span className="soft"> · {i18n.language === "en" ? row.party_name_en : row.party_name_zh}</span>
            <div>{phrase({ code: `filter_${row.filter}`, facts: row.facts })}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}
