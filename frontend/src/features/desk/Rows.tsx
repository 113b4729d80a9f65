import { RightOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Deadline } from "../../ui/Deadline";
import { endText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { PAGES } from "../../ui/things";
import { daysLate, type Waiting } from "./grouped";
import { PARTS } from "./pages";

type Props = { items: readonly Waiting[]; at: string; words: "desk.verb" | "desk.awaited" };

/** One line for each thing; the whole line opens the page on which it is done. */
export function Rows({ items, at, words }: Props) {
  return (
    <ul className="waiting">
      {items.map((item) => (
        <li key={`${item.room} ${item.verb} ${item.subject_id} ${item.due_at}`}>
          <Row of={item} at={at} words={words} />
        </li>
      ))}
    </ul>
  );
}

function Row({ of, at, words }: { of: Waiting; at: string; words: Props["words"] }) {
  const { t, i18n } = useTranslation();
  const part = PARTS[`${of.room}.${of.verb}`];
  const named = `desk.context.${of.room}.${of.context}`;
  const en = i18n.language === "en";
  return (
    <Link to={PAGES[of.thing](of.thing_id)} {...(part && { hash: part })} className="waiting-row">
      <span className="waiting-what">
        <strong>
          {t([`${words}.${of.room}.${of.verb}`, `action.${of.verb}`], { title: (en && of.title_en) || of.title })}
        </strong>
        {of.context && (
          <span className="soft">{i18n.exists(named) ? t(named) : (en && of.context_en) || of.context}</span>
        )}
      </span>
      <Due of={of} at={at} />
      <RightOutlined aria-hidden className="waiting-open" />
    </Link>
  );
}

function Due({ of, at }: { of: Waiting; at: string }) {
  const { t, i18n } = useTranslation();
  if (!of.due_at) return null;
  const late = daysLate(of.due_at, at);
  if (late >= 0) {
    return (
      <span className="waiting-due waiting-late">
        {late > 0 ? t("desk.late", { days: late }) : t("desk.late_today")}
        <span className="soft figures">{endText(of.due_at, i18n.language)}</span>
      </span>
    );
  }
  return (
    <span className="waiting-due">
      <Deadline
        at={of.due_at}
        rule={of.rule ? t([`desk.rule.${of.rule}`, of.rule]) : undefined}
        provisional={of.is_provisional}
      />
    </span>
  );
}
