import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { partyName, useSession } from "../../api/session";
import { Deadline } from "../../ui/Deadline";
import { Empty } from "../../ui/Empty";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { PAGES } from "./pages";
import "./desk.css";

type Waiting = components["schemas"]["WaitingRead"];

/** Where a person arrives: what waits, until when, and where to do it. */
export default function Desk() {
  const { t, i18n } = useTranslation();
  const { data: session } = useSession();
  const desk = $api.useQuery("get", "/api/v1/desk");
  return (
    <Page
      title={t("desk.title", { name: session?.display_name ?? "" })}
      subtitle={
        session &&
        [t(`role.${session.role}`), partyName(session.current?.party ?? null, i18n.language)]
          .filter(Boolean)
          .join(" · ")
      }
    >
      <section aria-labelledby="waiting">
        <h2 id="waiting">{t("desk.waiting")}</h2>
        <Fetched query={desk}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t("desk.nothing")} hint={t("desk.nothing_hint")} />
            ) : (
              <Items items={items} />
            )
          }
        </Fetched>
      </section>
    </Page>
  );
}

function Items({ items }: { items: readonly Waiting[] }) {
  const { t } = useTranslation();
  return (
    <ul className="waiting">
      {items.map((item) => (
        <li key={`${item.room} ${item.verb} ${item.subject_id}`}>
          <div className="waiting-what">
            <span className="waiting-verb">{t([`desk.verb.${item.room}.${item.verb}`, `action.${item.verb}`])}</span>
            <Where of={item} />
          </div>
          {item.due_at && (
            <Deadline
              at={item.due_at}
              rule={item.rule ? t([`desk.rule.${item.rule}`, item.rule]) : undefined}
              provisional={item.is_provisional}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function Where({ of }: { of: Waiting }) {
  const page = PAGES[of.thing];
  return page ? <Link to={page(of.thing_id)}>{of.title}</Link> : <span>{of.title}</span>;
}
