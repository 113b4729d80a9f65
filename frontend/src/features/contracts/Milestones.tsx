import { useTranslation } from "react-i18next";
import { serverNow } from "../../api/send";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { Attachments } from "../../ui/Attachments";
import { Deadline, timeLeft } from "../../ui/Deadline";
import { dayText, numberText, percentText } from "../../ui/format";
import { StatusTag } from "../../ui/StatusTag";
import { AcceptForm, MeetForm, MissForm, RemedyForm, ReportForm, ReturnForm } from "./milestoneForms";
import { agreed } from "./share";

type Contract = components["schemas"]["ContractRead"];
type Milestone = components["schemas"]["MilestoneRead"];
const REPORTED = new Set<Milestone["gate"]>(["midterm_evaluation", "final_evaluation", "business_check"]);
const FORMS = { report: ReportForm, meet: MeetForm, return: ReturnForm, miss: MissForm, remedy: RemedyForm };

/** What has to happen before money is paid, in its order: until when, what was reported, how it was decided. */
export function Milestones({ of }: { of: Contract }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="milestones">
      <h2 id="milestones">{t("contracts.milestones")}</h2>
      <ol className="milestones">
        {of.milestones.map((each) => (
          <li key={each.gate} className={`milestone milestone-${each.status}`}>
            <h3>
              {t(`rooms.contracts.gate.${each.gate}`)}{" "}
              <StatusTag status={each.status} room="rooms.contracts.milestone" />
            </h3>
            <Due of={each} contract={of} />
            <Said of={each} />
            {REPORTED.has(each.gate) && (
              <Attachments holder="milestone" id={each.id} title={t("contracts.report_files")} />
            )}
            {each.gate === "resident_acceptance" && <Residents of={of} />}
            <Buttons of={each} contract={of} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** After an early end only the final audit is still waited for. */
function Due({ of, contract }: { of: Milestone; contract: Contract }) {
  const { t, i18n } = useTranslation();
  if (of.decided_at && of.status !== "scheduled") {
    return <p className="soft">{t("contracts.decided", { day: dayText(of.decided_at, i18n.language) })}</p>;
  }
  if (contract.status === "terminated" && of.gate !== "final_audit") {
    return <p className="soft">{t("contracts.void")}</p>;
  }
  if (!of.due_on) return null;
  const day = dayText(of.due_on, i18n.language);
  if (of.status === "reported") return <p className="soft">{t("contracts.due", { day })}</p>;
  if (timeLeft(of.due_on, serverNow()).past) return <p className="milestone-late">{t("contracts.overdue", { day })}</p>;
  return (
    <p>
      <Deadline at={of.due_on} label={t("rooms.contracts.field.due_on")} />
    </p>
  );
}

function Said({ of }: { of: Milestone }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {of.report && (
        <div className="milestone-said">
          <h4>
            {t("rooms.contracts.field.report")}{" "}
            {of.reported_at && <span className="soft">{dayText(of.reported_at, i18n.language)}</span>}
          </h4>
          <p className="prose">{of.report}</p>
        </div>
      )}
      {of.opinion && (
        <div className="milestone-said">
          <h4>{t("rooms.contracts.field.opinion")}</h4>
          <p className="prose">{of.opinion}</p>
        </div>
      )}
    </>
  );
}

/** What the residents said so far, and what the contract asks for. */
function Residents({ of }: { of: Contract }) {
  const { t, i18n } = useTranslation();
  const { answers, accepting, required_answers, required_share, channels } = of.acceptance;
  const number = (value: number): string => numberText(value, i18n.language);
  const percent = (value: number): string => percentText(value, i18n.language);
  return (
    <div className="milestone-said">
      <p className="soft">
        {t("contracts.acceptance.wanted", {
          answers: number(required_answers),
          share: agreed(required_share),
        })}
      </p>
      {channels.length > 0 && (
        <>
          <ul>
            {channels.map((each) => (
              <li key={each.channel}>
                {t("contracts.acceptance.channel", {
                  channel: t(`rooms.contracts.channel.${each.channel}`),
                  asked: number(each.asked),
                  answers: number(each.answers),
                  accepting: number(each.accepting),
                  day: dayText(each.recorded_at, i18n.language),
                })}
              </li>
            ))}
          </ul>
          <p>
            {t("contracts.acceptance.sum", {
              answers: number(answers),
              accepting: number(accepting),
              share: answers ? percent(accepting / answers) : "—",
            })}
          </p>
        </>
      )}
    </div>
  );
}

/** Residents' acceptance is recorded on the contract; everything else is done to the milestone at its gate. */
function Buttons({ of, contract }: { of: Milestone; contract: Contract }) {
  if (of.gate === "resident_acceptance") {
    return (
      <ActionBar
        of={{ ...contract.acceptance, id: contract.id, actions: of.actions }}
        feature="contracts"
        words="rooms.contracts"
        forms={{ accept: AcceptForm }}
      />
    );
  }
  return (
    <ActionBar
      of={{ ...of, id: of.gate }}
      feature={`contracts/${contract.id}/milestones`}
      words="rooms.contracts"
      forms={FORMS}
    />
  );
}
