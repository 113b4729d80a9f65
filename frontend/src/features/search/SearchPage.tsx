import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { AreaName } from "../../ui/AreaName";
import { chosen } from "../../ui/chosen";
import { Empty } from "../../ui/Empty";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { SearchBox } from "../../ui/SearchBox";
import { StatusTag } from "../../ui/StatusTag";
import "./search.css";

type Group = components["schemas"]["GroupRead"];
type Found = components["schemas"]["FoundRead"];

const LISTED = { needs: "/needs", offers: "/offers", tenders: "/tenders" } as const;

/** What the whole house has on a few words. */
export default function SearchPage() {
  const { t } = useTranslation();
  const { q } = useSearch({ strict: false }) as { q?: unknown };
  const text = q === undefined ? "" : String(q).slice(0, 100);
  return (
    <Page title={t("nav.search")}>
      <SearchBox id="q" text={text} focused={!text} />
      {text ? <Results text={text} /> : <Examples />}
    </Page>
  );
}

/** What may be asked, for somebody who looks at an empty box. */
function Examples() {
  const { t } = useTranslation();
  const examples = t("search.examples", { returnObjects: true }) as unknown as readonly string[];
  return (
    <section aria-labelledby="examples">
      <p id="examples">{t("search.what")}</p>
      <ul className="search-examples">
        {examples.map((example) => (
          <li key={example}>
            <Link to="/search" search={{ q: example }} className="button">
              {example}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Results({ text }: { text: string }) {
  const found = $api.useQuery("get", "/api/v1/search", { params: { query: { q: text, limit: 5 } } });
  return <Fetched query={found}>{({ groups }) => <Shown groups={groups} text={text} />}</Fetched>;
}

function Shown({ groups, text }: { groups: readonly Group[]; text: string }) {
  const { t } = useTranslation();
  const total = groups.reduce((sum, group) => sum + group.total, 0);
  return (
    <>
      <p role="status" className="soft">
        {total > 0 ? t("search.found", { count: total, text }) : ""}
      </p>
      {total === 0 && <Nothing text={text} />}
      {groups
        .filter((group) => group.total > 0)
        .map((group) => (
          <Kind key={group.kind} of={group} text={text} />
        ))}
    </>
  );
}

/** Nothing found is the beginning of something else: other words, a list to look through. */
function Nothing({ text }: { text: string }) {
  const { t } = useTranslation();
  const ways = Object.values(LISTED).map((path) => (
    <Link key={path} to={path} className="button">
      {t(`search.all${path.replace("/", "_")}`)}
    </Link>
  ));
  return (
    <Empty
      title={t("search.nothing", { text })}
      hint={t("search.nothing_hint")}
      action={<p className="search-examples">{ways}</p>}
    />
  );
}

function Kind({ of, text }: { of: Group; text: string }) {
  const { t } = useTranslation();
  const list = of.kind === "organizations" ? undefined : LISTED[of.kind];
  return (
    <section aria-labelledby={`found-${of.kind}`}>
      <h2 id={`found-${of.kind}`}>
        {t(`search.kind.${of.kind}`)} <span className="soft figures">{of.total}</span>
      </h2>
      <ul className="found">
        {of.items.map((item) => (
          <One key={item.id} of={item} kind={of.kind} />
        ))}
      </ul>
      {of.total > of.items.length &&
        (list ? (
          <Link to={list} search={{ q: text }}>
            {t("search.all", { count: of.total })}
          </Link>
        ) : (
          <p className="soft">{t("search.more", { count: of.items.length })}</p>
        ))}
    </section>
  );
}

function One({ of, kind }: { of: Found; kind: Group["kind"] }) {
  const { i18n } = useTranslation();
  const party = chosen(of, "party", i18n.language);
  return (
    <li>
      <div className="found-head">
        <Link to={`/${kind}/${of.id}`}>{chosen(of, "title", i18n.language)}</Link>
        {of.status && <StatusTag status={of.status} room={kind} />}
      </div>
      <p className="soft">
        {of.place.length > 0 && <AreaName path={of.place} />}
        {kind !== "needs" && party && (
          <span>
            {of.place.length > 0 && " · "}
            {party}
          </span>
        )}
      </p>
      {of.excerpt && <p className="found-excerpt">{of.excerpt}</p>}
    </li>
  );
}
