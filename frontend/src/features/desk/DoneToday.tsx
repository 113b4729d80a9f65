import { CheckOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { timeText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { PAGES } from "../../ui/things";

type Done = components["schemas"]["DoneRead"];

/** In which room's words an event of a thing is said. */
const ROOMS: Partial<Record<Done["thing"], string>> = {
  need: "needs",
  offer: "offers",
  survey: "surveys",
  contract: "contracts",
  registration: "registrations",
};

/** What one did today, the latest first: proof that it arrived, and the way back to it. */
export function DoneToday({ of }: { of: readonly Done[] }) {
  const { t, i18n } = useTranslation();
  return (
    <section aria-labelledby="done">
      <h2 id="done">{t("desk.done")}</h2>
      <ul className="done">
        {of.map((each) => (
          <li key={`${each.event} ${each.thing_id}`}>
            <CheckOutlined aria-hidden /> <time className="figures soft">{timeText(each.at, i18n.language)}</time>{" "}
            {t([`rooms.${ROOMS[each.thing]}.event.${each.event}`, "desk.done_plain"])}{" "}
            <Link to={PAGES[each.thing](each.thing_id)}>{(i18n.language === "en" && each.title_en) || each.title}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
