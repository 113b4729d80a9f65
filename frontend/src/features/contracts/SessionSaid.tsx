import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { endText } from "../../ui/format";

type Feedback = components["schemas"]["FeedbackRead"];
type Counts = Pick<Feedback, "answers" | "as_announced" | "again">;
type Opinions = components["schemas"]["OpinionsRead"];

/** What those who were there say of a session, at the door and on paper: how many at once, what when no more answers can
 * be added. */
export function SessionSaid({ of: { paper, until, ...door } }: { of: Feedback }) {
  const { t } = useTranslation();
  return (
    <>
      {door.answers > 0 && (
        <Said of={door} until={until}>
          {t("contracts.sessions.said.answers", { count: door.answers })}
        </Said>
      )}
      {paper && (
        <Said of={paper} until={until}>
          {t(`contracts.sessions.said.paper_${paper.entered_as}`, { count: paper.answers })}
        </Said>
      )}
    </>
  );
}

function Said({ of, until, children }: { of: Counts; until: string; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const { answers, as_announced, again } = of;
  return (
    <p className="session-said">
      {children}{" "}
      {as_announced && again ? (
        <>
          <Question name="as_announced" of={as_announced} answers={answers} />{" "}
          <Question name="again" of={again} answers={answers} />
        </>
      ) : (
        <span className="soft">{t("contracts.sessions.said.later", { until: endText(until, i18n.language) })}</span>
      )}
    </p>
  );
}

type Props = { name: "as_announced" | "again"; of: Opinions; answers: number };

function Question({ name, of: { yes, partly, no }, answers }: Props) {
  const { t } = useTranslation();
  const asked = t(`contracts.sessions.said.${name}`);
  if (yes === null) return <span className="soft">{t("contracts.sessions.said.few", { asked })}</span>;
  if (partly === null || no === null) {
    return <span>{t("contracts.sessions.said.others", { asked, yes, others: answers - yes })}</span>;
  }
  return <span>{t("contracts.sessions.said.all", { asked, yes, partly, no })}</span>;
}
