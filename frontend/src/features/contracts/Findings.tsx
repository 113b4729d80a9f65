import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { Attachments } from "../../ui/Attachments";
import { Deadline } from "../../ui/Deadline";
import { dayText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { chosen } from "../../ui/chosen";
import { AcceptAnswerForm, AnswerForm, ExtendForm, RaiseForm, RejectAnswerForm, WaiveForm } from "./findingForms";

type Finding = components["schemas"]["ContractFinding"];
type Answer = components["schemas"]["FindingAnswerRead"];
const FORMS = {
  answer: AnswerForm,
  accept: AcceptAnswerForm,
  reject: RejectAnswerForm,
  extend: ExtendForm,
  waive: WaiveForm,
};

/** What is to be put right on a contract, until when, what was answered; nothing where nothing was or can be found. */
export function Findings({ contractId }: { contractId: number }) {
  const params = { path: { contract_id: contractId } };
  const found = $api.useQuery("get", "/api/v1/findings/contracts/{contract_id}", { params });
  return (
    <Fetched query={found}>
      {({ items, actions }) =>
        items.length + actions.length > 0 ? <Shown {...{ contractId, items, actions }} /> : null
      }
    </Fetched>
  );
}

function Shown({ contractId, items, actions }: { contractId: number; items: Finding[]; actions: string[] }) {
  const { t } = useTranslation();
  return (
    <section className="findings" aria-labelledby="findings">
      <h2 id="findings">{t("contracts.findings.title")}</h2>
      {items.length === 0 && <p className="soft">{t("contracts.findings.none")}</p>}
      <ol className="milestones">
        {items.map((each) => (
          <li key={each.id} className={`milestone finding-${each.status}`}>
            <One of={each} />
          </li>
        ))}
      </ol>
      <ActionBar
        of={{ id: contractId, actions }}
        feature="findings/contracts"
        words="rooms.findings"
        forms={{ raise: RaiseForm }}
      />
    </section>
  );
}

function One({ of }: { of: Finding }) {
  const { t, i18n } = useTranslation();
  const day = (at: string): string => dayText(at, i18n.language);
  const by = { part: t(`rooms.findings.part.${of.part}`), party: chosen(of, "party", i18n.language) };
  const isSettled = of.status === "closed" || of.status === "waived";
  return (
    <>
      <h3>
        {t(`rooms.findings.severity.${of.severity}`)} <StatusTag status={of.status} room="findings" />
      </h3>
      <p className="prose">{of.requirement}</p>
      <p className="soft">
        {t("contracts.findings.by", { ...by, day: day(of.raised_at) })}
        {of.basis && ` · ${of.basis}`}
      </p>
      {of.is_holding && !isSettled && <p className="milestone-late">{t("contracts.findings.holding")}</p>}
      {of.status === "open" && <Due of={of} />}
      <Attachments holder="finding" id={of.id} title={t("contracts.findings.files")} />
      {of.answers.map((each) => (
        <Said key={each.round} of={each} />
      ))}
      {of.reason && (
        <div className="milestone-said">
          <h4>{t("contracts.findings.waived")}</h4>
          <p className="prose">{of.reason}</p>
        </div>
      )}
      <ActionBar of={of} feature="findings" words="rooms.findings" forms={FORMS} />
    </>
  );
}

function Due({ of }: { of: Finding }) {
  const { t, i18n } = useTranslation();
  const day = (on: string): string => dayText(on, i18n.language);
  if (of.is_overdue)
    return <p className="milestone-late">{t("contracts.findings.overdue", { day: day(of.due_on) })}</p>;
  return (
    <p>
      <Deadline
        at={of.due_on}
        label={t("rooms.findings.field.due_on")}
        rule={of.due_rule}
        provisional={of.is_provisional}
      />
      {of.due_on !== of.first_due_on && (
        <span className="soft"> {t("contracts.findings.extended", { day: day(of.first_due_on) })}</span>
      )}
    </p>
  );
}

function Said({ of }: { of: Answer }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="milestone-said">
      <h4>
        {t("contracts.findings.round", { round: of.round })}{" "}
        <span className="soft">{dayText(of.answered_at, i18n.language)}</span>
        {of.is_late && <span className="milestone-late"> {t("contracts.findings.late")}</span>}
      </h4>
      <p className="prose">{of.answer}</p>
      {of.verdict && (
        <p className="prose">
          <strong>{t(`rooms.findings.verdict.${of.verdict}`)}</strong> {of.opinion}
        </p>
      )}
    </div>
  );
}
