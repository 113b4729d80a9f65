import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { type Column, WholeTable } from "../../../ui/DataTable";
import { endText } from "../../../ui/format";
import { Link } from "../../../ui/Link";
import { Money } from "../../../ui/Money";
import { Fetched } from "../../../ui/Pending";
import { Market } from "./Market";
import { Underway } from "./Underway";

type Read = components["schemas"]["SeasonOverviewRead"];
type Year = components["schemas"]["YearRead"];
type Late = components["schemas"]["LateRead"];
const LATE_SHOWN = 10;

/** A bureau's season: what comes next, the money, what is late, and where too few offers stand. */
export default function Season() {
  const { t } = useTranslation();
  const query = $api.useQuery("get", "/api/v1/overviews/season");
  return (
    <section aria-labelledby="season" className="overview">
      <h2 id="season">{t("overviews.season.title")}</h2>
      <Fetched query={query}>{(it) => <Shown of={it} />}</Fetched>
    </section>
  );
}

function Shown({ of }: { of: Read }) {
  const { t } = useTranslation();
  return (
    <>
      <h3>{t("overviews.season.underway")}</h3>
      <Underway of={of.underway} />
      <h3>{t("overviews.season.late")}</h3>
      <LateOnes of={of.late} />
      <h3>{t("overviews.season.money")}</h3>
      <Years of={of.money} />
      <h3>{t("overviews.season.market")}</h3>
      <Market of={of.streets} />
    </>
  );
}

function Years({ of }: { of: readonly Year[] }) {
  const { t } = useTranslation();
  if (of.length === 0) return <p className="soft">{t("overviews.season.no_money")}</p>;
  const sum = (name: "planned" | "awarded" | "paid"): Column<Year> => ({
    key: name,
    title: t(`overviews.season.${name}`),
    align: "right",
    render: (row) => <Money of={row[name]} />,
  });
  const columns: Column<Year>[] = [
    {
      key: "year",
      title: t("overviews.season.year"),
      phone: "title",
      render: (row) => <Link to={`/season/${row.year}`}>{t("overviews.report.open", { year: row.year })}</Link>,
    },
    sum("planned"),
    sum("awarded"),
    {
      key: "contracted",
      title: t("overviews.season.contracted"),
      align: "right",
      render: (row) => <Contracted of={row} />,
    },
    sum("paid"),
  ];
  return <WholeTable caption={t("overviews.season.money")} columns={columns} rows={of} rowKey={(row) => row.year} />;
}

function Contracted({ of }: { of: Year }) {
  const { t } = useTranslation();
  return (
    <>
      <Money of={of.contracted} />
      {/[1-9]/.test(of.direct.amount) && (
        <div className="soft">
          {t("overviews.season.direct")} <Money of={of.direct} />
        </div>
      )}
    </>
  );
}

/** What is past its day, and with whom it lies. */
function LateOnes({ of }: { of: readonly Late[] }) {
  const { t, i18n } = useTranslation();
  if (of.length === 0) return <p className="soft">{t("overviews.season.nothing_late")}</p>;
  return (
    <>
      <ul className="overview-list">
        {of.slice(0, LATE_SHOWN).map((each) => (
          <li key={`${each.contract_id} ${each.verb} ${each.context}`}>
            <Link to={`/contracts/${each.contract_id}`}>{each.title}</Link>{" "}
            {each.context && t(`rooms.contracts.gate.${each.context}`)} {t(`overviews.season.waits.${each.verb}`)}{" "}
            {each.due_at && (
              <span className="overview-late figures">
                {t("overviews.season.due", { day: endText(each.due_at, i18n.language) })}
              </span>
            )}
          </li>
        ))}
      </ul>
      {of.length > LATE_SHOWN && (
        <p className="soft">
          {t("overviews.season.late_more", { count: of.length })} <Link to="/contracts">{t("nav.contracts")}</Link>
        </p>
      )}
    </>
  );
}
