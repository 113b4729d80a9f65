import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import { chosen } from "../../../ui/chosen";
import { Deadline } from "../../../ui/Deadline";
import { endText } from "../../../ui/format";
import { Link } from "../../../ui/Link";
import { StatusTag } from "../../../ui/StatusTag";
import { PAGES } from "../../../ui/things";

type One = components["schemas"]["UnderwayRead"];
const WORDS = { round: "rooms.selection.field", tender: "tenders.date" } as const;
const ROOMS = { round: "selection", tender: "tenders" } as const;

/** Rounds and notices that are not over, that first of which something comes next. */
export function Underway({ of }: { of: readonly One[] }) {
  const { t } = useTranslation();
  if (of.length === 0) return <p className="soft">{t("overviews.season.nothing_underway")}</p>;
  return (
    <ul className="underway">
      {of.map((each) => (
        <li key={`${each.thing} ${each.id}`} className="panel">
          <Shown of={each} />
        </li>
      ))}
    </ul>
  );
}

function Shown({ of }: { of: One }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <h4>
        <Link to={PAGES[of.thing](of.id)}>{chosen(of, "title", i18n.language)}</Link>{" "}
        <StatusTag status={of.status} room={ROOMS[of.thing]} />
      </h4>
      {of.next && (
        <p className="underway-next">
          <Deadline
            at={of.next.at}
            label={t("overviews.season.next", { what: t(`${WORDS[of.thing]}.${of.next.name}`) })}
          />
        </p>
      )}
      {of.dates.length > 0 && <Dates of={of} />}
    </>
  );
}

/** The whole line of dates: what is past is quiet, what comes next stands out. */
function Dates({ of }: { of: One }) {
  const { t, i18n } = useTranslation();
  const next = of.dates.findIndex(({ name }) => name === of.next?.name);
  return (
    <ol className="underway-dates">
      {of.dates.map(({ name, at }, place) => (
        <li
          key={name}
          className={next < 0 || place < next ? "date-past" : place === next ? "date-next" : "date-ahead"}
          {...(place === next && { "aria-current": "step" })}
        >
          <span>{t(`${WORDS[of.thing]}.${name}`)}</span>
          <time dateTime={at} className="figures">
            {endText(at, i18n.language)}
          </time>
        </li>
      ))}
    </ol>
  );
}
