import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { Attachments } from "../../ui/Attachments";
import { endText, momentText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { CallBacks } from "./CallBacks";
import { Output } from "./Output";
import { SessionSaid } from "./SessionSaid";
import { CancelForm, EditSession, ListForm, PaperFeedbackForm, planOn, type Session, SignInForm } from "./sessionForms";

type Contract = components["schemas"]["ContractRead"];
type Found = components["schemas"]["ContractSessions"];
const FORMS = { sign_in: SignInForm, enter_list: ListForm, enter_feedback: PaperFeedbackForm, cancel: CancelForm };
const OF_DRAWS = new Set(["draw"]);

/** What was held under a contract, who came, what that makes of the targets, and what call-backs say of it. */
export function Sessions({ of }: { of: Contract }) {
  const params = { path: { contract_id: of.id } };
  const found = $api.useQuery("get", "/api/v1/service_sessions/contracts/{contract_id}", { params });
  return (
    <Fetched query={found}>
      {(it) => (it.items.length + it.actions.length > 0 ? <Shown of={of} found={it} /> : null)}
    </Fetched>
  );
}

function Shown({ of, found: { items, output, draws, actions } }: { of: Contract; found: Found }) {
  const { t } = useTranslation();
  const begun = actions.filter((verb) => !OF_DRAWS.has(verb));
  return (
    <section className="sessions" aria-labelledby="sessions">
      <h2 id="sessions">{t("contracts.sessions.title")}</h2>
      {items.length === 0 && <p className="soft">{t("contracts.sessions.none")}</p>}
      {output.claimed > 0 && <Output of={output} />}
      <ol className="milestones">
        {items.map((each) => (
          <li key={each.id} className={`milestone session-${each.status}`}>
            <One of={each} contract={of} />
          </li>
        ))}
      </ol>
      <ActionBar
        of={{ id: of.id, actions: begun }}
        feature="service_sessions/contracts"
        words="rooms.service_sessions"
        forms={{ plan: planOn(of.targets) }}
      />
      {(draws.length > 0 || actions.includes("draw")) && (
        <CallBacks contractId={of.id} draws={draws} mayDraw={actions.includes("draw")} />
      )}
    </section>
  );
}

function One({ of, contract }: { of: Session; contract: Contract }) {
  const { t, i18n } = useTranslation();
  const [isEdited, setEdited] = useState(false);
  const from = momentText(of.starts_at, i18n.language);
  if (isEdited) return <EditSession of={of} targets={contract.targets} leave={() => setEdited(false)} />;
  return (
    <>
      <h3>
        {of.title} <StatusTag status={of.status} room="service_sessions" />
      </h3>
      <p>
        {t("contracts.sessions.when", { from, to: endText(of.ends_at, i18n.language), place: of.place })}
        <span className="soft"> · {t(`rooms.service_sessions.kind.${of.kind}`)}</span>
      </p>
      <p>
        {t("contracts.sessions.came", { sign_ins: of.sign_ins, planned: of.planned })}
        {of.is_afterthought && <span className="milestone-late"> {t("contracts.sessions.afterthought")}</span>}
      </p>
      <SessionSaid of={of.feedback} />
      {of.reason && <p className="prose">{t("contracts.sessions.reason", { reason: of.reason })}</p>}
      <ActionBar
        of={of}
        feature="service_sessions"
        words="rooms.service_sessions"
        forms={FORMS}
        go={{ edit: () => setEdited(true) }}
      />
      <More of={of} />
    </>
  );
}

/** What is looked at one session at a time, and asked for only then: the code at the door, photographs, the list. */
function More({ of }: { of: Session }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const mayAct = of.actions.length > 0;
  return (
    <details className="session-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t(mayAct ? "contracts.sessions.more" : "contracts.sessions.files")}</summary>
      {isOpen && of.status === "planned" && mayAct && <Door of={of} />}
      {isOpen && <Attachments holder="service_session" id={of.id} title={t("contracts.sessions.files")} />}
    </details>
  );
}

function Door({ of }: { of: Session }) {
  const { t } = useTranslation();
  const params = { path: { service_session_id: of.id } };
  const door = $api.useQuery("get", "/api/v1/service_sessions/{service_session_id}/door", { params });
  return (
    <Fetched query={door}>
      {({ address, path, qr_svg }) => (
        <figure className="session-door">
          <img
            src={`data:image/svg+xml,${encodeURIComponent(qr_svg)}`}
            alt={t("contracts.sessions.qr")}
            width={168}
            height={168}
          />
          <figcaption>
            {t("contracts.sessions.door")}{" "}
            <a href={path} target="_blank" rel="noreferrer">
              {address}
            </a>
          </figcaption>
        </figure>
      )}
    </Fetched>
  );
}
