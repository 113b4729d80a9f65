import { SmileOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { partyName, seatName, useSession } from "../../api/session";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { DoneToday } from "./DoneToday";
import { grouped, GROUPS } from "./grouped";
import { Overview } from "./overviews/Overview";
import { Rows } from "./Rows";
import "./desk.css";

type DeskRead = components["schemas"]["DeskRead"];

/** Where a person arrives: what waits, until when, and where to do it; what others owe; what was done today. */
export default function Desk() {
  const { t, i18n } = useTranslation();
  const { data: session } = useSession();
  const desk = $api.useQuery("get", "/api/v1/desk");
  return (
    <Page
      title={t("desk.title", { name: session?.display_name ?? "" })}
      subtitle={
        session &&
        [
          session.current ? seatName(session.current, t) : t(`role.${session.role}`),
          partyName(session.current?.party ?? null, i18n.language),
        ]
          .filter(Boolean)
          .join(" · ")
      }
    >
      <Fetched query={desk}>{(it) => <Shown of={it} />}</Fetched>
    </Page>
  );
}

function Shown({ of }: { of: DeskRead }) {
  const { t } = useTranslation();
  const groups = grouped(of.items, of.at);
  return (
    <>
      <section aria-labelledby="waiting">
        <h2 id="waiting">{t("desk.waiting", { count: of.items.length })}</h2>
        {of.items.length === 0 && (
          <p className="waiting-none">
            <SmileOutlined aria-hidden /> {t("desk.nothing")} <span className="soft">{t("desk.nothing_hint")}</span>
          </p>
        )}
        {GROUPS.filter((group) => groups[group].length > 0).map((group) => (
          <div key={group} className={`waiting-group waiting-${group}`}>
            <h3>
              {t(`desk.${group}`)} <span className="figures">{groups[group].length}</span>
            </h3>
            <Rows items={groups[group]} at={of.at} words="desk.verb" />
          </div>
        ))}
      </section>
      {of.of_heads.length > 0 && (
        <section aria-labelledby="of-heads">
          <h2 id="of-heads">{t("desk.of_heads")}</h2>
          <Rows items={of.of_heads} at={of.at} words="desk.verb" />
        </section>
      )}
      {of.awaited.length > 0 && (
        <section aria-labelledby="awaited">
          <h2 id="awaited">{t("desk.awaiting")}</h2>
          <Rows items={of.awaited} at={of.at} words="desk.awaited" />
        </section>
      )}
      {of.overviews.map((overview) => (
        <Overview key={overview} of={overview} />
      ))}
      {of.done.length > 0 && <DoneToday of={of.done} />}
    </>
  );
}
