import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { AreaName } from "../../../ui/AreaName";
import { type Column, WholeTable } from "../../../ui/DataTable";
import { dayText, listText, numberText, percentText } from "../../../ui/format";
import { Link } from "../../../ui/Link";
import { Fetched } from "../../../ui/Pending";

type Community = components["schemas"]["CommunityRead"];
const SHOWN = 12;
const NAMED = 8;

/** Community by community: what is asked, needed, under contract and late there. */
export default function Communities() {
  const { t } = useTranslation();
  const query = $api.useQuery("get", "/api/v1/overviews/communities");
  return (
    <section aria-labelledby="communities" className="overview">
      <h2 id="communities">{t("overviews.communities.title")}</h2>
      <Fetched query={query}>{(it) => <Table of={it.communities} />}</Fetched>
    </section>
  );
}

function Table({ of }: { of: readonly Community[] }) {
  const { t } = useTranslation();
  const columns = useColumns();
  const [whole, setWhole] = useState(false);
  if (of.length === 0) return <p className="soft">{t("overviews.communities.none")}</p>;
  return (
    <>
      <NotAsked of={of.filter((each) => !each.is_asked)} all={of.length} />
      <WholeTable
        caption={t("overviews.communities.title")}
        columns={columns}
        rows={whole ? of : of.slice(0, SHOWN)}
        rowKey={(row) => row.code}
      />
      {!whole && of.length > SHOWN && (
        <p className="list-foot">
          <Button onClick={() => setWhole(true)}>{t("overviews.communities.all", { count: of.length })}</Button>
        </p>
      )}
    </>
  );
}

/** Those whom nobody has asked are named before anything else. */
function NotAsked({ of, all }: { of: readonly Community[]; all: number }) {
  const { t, i18n } = useTranslation();
  if (of.length === 0) return <p className="soft">{t("overviews.communities.all_asked", { count: all })}</p>;
  const names = of.slice(0, NAMED).map(({ path }) => path.at(-1) ?? "");
  const words = of.length > NAMED ? "overviews.communities.not_asked_more" : "overviews.communities.not_asked";
  return <p className="overview-note">{t(words, { count: of.length, names: listText(names, i18n.language) })}</p>;
}

function useColumns(): Column<Community>[] {
  const { t } = useTranslation();
  return [
    {
      key: "community",
      title: t("overviews.communities.community"),
      phone: "title",
      width: "13.5em",
      render: (row) => (
        <Link to="/needs" search={{ area: row.code }}>
          <AreaName path={row.path.slice(1)} code={row.code} stacked />
        </Link>
      ),
    },
    { key: "surveys", title: t("overviews.communities.surveys"), render: (row) => <Surveys of={row} /> },
    { key: "needs", title: t("overviews.communities.needs"), render: (row) => <Needs of={row} /> },
    {
      key: "contracts",
      title: t("overviews.communities.contracts"),
      align: "right",
      render: (row) => <Running of={row} />,
    },
    { key: "late", title: t("overviews.communities.late"), render: (row) => <Late of={row} /> },
  ];
}

function Surveys({ of }: { of: Community }) {
  const { t, i18n } = useTranslation();
  if (!of.is_asked) {
    return (
      <>
        <strong className="overview-late">{t("overviews.communities.unasked")}</strong>
        {of.last_closed_at && <Last at={of.last_closed_at} />}
      </>
    );
  }
  return (
    <>
      {of.surveys > 0 && (
        <div>
          <Link to="/surveys" search={{ area: of.code, status: "published" }}>
            {t("overviews.communities.running", { count: of.surveys })}
          </Link>{" "}
          <span className="figures">
            {of.rate === null
              ? t("overviews.communities.returned", { count: of.returned })
              : t("overviews.communities.rate", {
                  returned: of.returned,
                  issued: of.issued,
                  rate: percentText(Number(of.rate), i18n.language),
                })}
          </span>
        </div>
      )}
      {of.last_closed_at && <Last at={of.last_closed_at} />}
    </>
  );
}

function Last({ at }: { at: string }) {
  const { t, i18n } = useTranslation();
  return <div className="soft">{t("overviews.communities.last", { day: dayText(at, i18n.language) })}</div>;
}

function Running({ of }: { of: Community }) {
  const { i18n } = useTranslation();
  const count = numberText(of.contracts, i18n.language);
  if (of.contracts === 0) return count;
  return (
    <Link to="/contracts" search={{ area: of.code }}>
      {count}
    </Link>
  );
}

/** In the order in which a need passes through them. */
const STANDS = ["draft", "published", "matched", "tendered", "contracted", "fulfilled", "expired", "withdrawn"];

function Needs({ of }: { of: Community }) {
  const { t } = useTranslation();
  const stands = STANDS.filter((stand) => of.needs[stand]);
  if (stands.length === 0) return <span className="soft">{t("overviews.communities.no_needs")}</span>;
  return (
    <ul className="overview-counts">
      {stands.map((status) => (
        <li key={status}>
          <Link to="/needs" search={{ area: of.code, status }}>
            {t(`rooms.needs.status.needs.${status}`)} <span className="figures">{of.needs[status]}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** What is late there, each with the list in which it stands. */
function Late({ of }: { of: Community }) {
  const { t } = useTranslation();
  const lists = [
    { of: "surveys", to: "/surveys", search: { area: of.code, status: "published" } },
    { of: "needs", to: "/needs", search: { area: of.code, status: "expired" } },
    { of: "contracts", to: "/contracts", search: { area: of.code, status: "performing" } },
  ] as const;
  const late = lists.filter((list) => of.late[list.of] > 0);
  if (late.length === 0) return <span className="soft">{t("overviews.communities.on_time")}</span>;
  return (
    <ul className="overview-counts overview-late">
      {late.map((list) => (
        <li key={list.of}>
          <Link to={list.to} search={list.search}>
            {t(`overviews.communities.late_of.${list.of}`, { count: of.late[list.of] })}
          </Link>
        </li>
      ))}
    </ul>
  );
}
