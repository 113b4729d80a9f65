import { useTranslation } from "react-i18next";
import { useTerms } from "../../../api/reference";
import type { components } from "../../../api/schema.gen";
import { listText } from "../../../ui/format";
import { Link } from "../../../ui/Link";
import { useNarrow } from "../../../ui/media";

type Street = components["schemas"]["StreetRead"];
type Cell = components["schemas"]["MarketCellRead"];
const THIN_NAMED = 12;

/** What is needed and what is offered, by street and kind of service; where too few offers stand is named first. */
export function Market({ of }: { of: readonly Street[] }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  if (of.length === 0) return <p className="soft">{t("overviews.market.none")}</p>;
  return (
    <>
      <Thin of={of} />
      <p className="soft">{t("overviews.market.how")}</p>
      {narrow ? <Cards of={of} /> : <Grid of={of} />}
    </>
  );
}

function Thin({ of }: { of: readonly Street[] }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const thin = of.flatMap((street) =>
    street.cells.flatMap((cell) => cell.thin.map((each) => ({ ...each, code: street.code, name: street.path.at(-1) }))),
  );
  if (thin.length === 0) return <p>{t("overviews.market.no_thin")}</p>;
  return (
    <div className="overview-note">
      <p>{t("overviews.market.thin", { count: thin.length })}</p>
      <ul className="overview-list">
        {thin.slice(0, THIN_NAMED).map(({ code, name, category, demand, supply }) => (
          <li key={`${code} ${category}`}>
            <Link to="/needs" search={{ area: code, status: "published", category: category ?? "" }}>
              {listText([name ?? "", term(category)], i18n.language)}
            </Link>{" "}
            {t("overviews.market.stand", { demand, supply })}
          </li>
        ))}
      </ul>
      {thin.length > THIN_NAMED && <p className="soft">{t("overviews.market.thin_more", { count: thin.length })}</p>}
    </div>
  );
}

/** How a cell is coloured; its figures say the same. */
function toneOf({ demand, supply, thin }: Cell): string {
  if (demand === 0) return "rest";
  if (thin.length > 0) return "thin";
  return supply < demand ? "tight" : "ample";
}

function Grid({ of }: { of: readonly Street[] }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const kinds = [...new Set(of.flatMap(({ cells }) => cells.map(({ category }) => category)))].toSorted(
    (one, other) => Number(one === null) - Number(other === null) || (one ?? "").localeCompare(other ?? ""),
  );
  return (
    <div className="market-scroll">
      <table className="market">
        <caption className="soft">{t("overviews.market.caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("field.street")}</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col">
                {kind === null ? t("overviews.market.unnamed") : term(kind)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map((street) => (
            <tr key={street.code}>
              <th scope="row">{street.path.at(-1)}</th>
              {kinds.map((kind) => (
                <Figures key={kind} street={street} of={street.cells.find(({ category }) => category === kind)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Figures({ street, of }: { street: Street; of: Cell | undefined }) {
  const { t } = useTranslation();
  if (!of) return <td className="market-rest">{t("overviews.market.nothing")}</td>;
  return (
    <td className={`market-${toneOf(of)}`}>
      {of.demand > 0 ? (
        <Link to="/needs" search={searchOf(street, of)}>
          {t("overviews.market.demand", { count: of.demand })}
        </Link>
      ) : (
        <span>{t("overviews.market.demand", { count: of.demand })}</span>
      )}
      <span>{t("overviews.market.supply", { count: of.supply })}</span>
    </td>
  );
}

const searchOf = (street: Street, { category }: Cell) => ({
  area: street.code,
  status: "published",
  ...(category !== null && { category }),
});

/** On a phone: of each street what is needed there. */
function Cards({ of }: { of: readonly Street[] }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const asking = of.filter(({ cells }) => cells.some(({ demand }) => demand > 0));
  return (
    <ul className="cards">
      {asking.map((street) => (
        <li key={street.code} className="card">
          <h4>{street.path.at(-1)}</h4>
          <ul className="market-cards">
            {street.cells
              .filter(({ demand }) => demand > 0)
              .map((cell) => (
                <li key={cell.category} className={`market-${toneOf(cell)}`}>
                  <Link to="/needs" search={searchOf(street, cell)}>
                    {cell.category === null ? t("overviews.market.unnamed") : term(cell.category)}
                  </Link>{" "}
                  <span>{t("overviews.market.stand", cell)}</span>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
