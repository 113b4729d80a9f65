import { useState } from "react";
import { Button, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { Deadline } from "../../ui/Deadline";
import { dayText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { MayBid } from "./MayBid";
import { AnswerForm, EnterRecord, LiftForm, SupersedeForm } from "./RecordForm";

type Fact = components["schemas"]["PartyRecordRead"];
type Bars = components["schemas"]["PartyRead"]["bars"];

/** What is recorded of the organisation, by whom and from when until when; of an adverse entry, the way back. */
export function Register({ party_id, bars }: { party_id: number; bars: Bars }) {
  const { t } = useTranslation();
  const [isEntering, setEntering] = useState(false);
  const params = { path: { party_id }, query: { limit: 200 } };
  const records = $api.useQuery("get", "/api/v1/parties/{party_id}/records", { params });
  return (
    <section aria-labelledby="register">
      <h2 id="register">{t("parties.register")}</h2>
      <MayBid bars={bars} />
      <Fetched query={records}>
        {({ items, actions }) => (
          <>
            {actions.includes("enter") && !isEntering && (
              <Button className="register-enter" onClick={() => setEntering(true)}>
                {t("rooms.records.action.enter_record")}
              </Button>
            )}
            {isEntering && <EnterRecord party_id={party_id} leave={() => setEntering(false)} />}
            <Listed of={items} />
          </>
        )}
      </Fetched>
    </section>
  );
}

function Listed({ of }: { of: readonly Fact[] }) {
  const { t } = useTranslation();
  const standing = of.filter(({ status }) => status === "standing").toSorted(adverseFirst);
  const replaced = of.filter(({ status }) => status !== "standing");
  return (
    <>
      {standing.length > 0 ? <Entries of={standing} /> : <p className="soft">{t("parties.no_records")}</p>}
      {replaced.length > 0 && (
        <details>
          <summary>{t("parties.replaced_records", { count: replaced.length })}</summary>
          <Entries of={replaced} />
        </details>
      )}
    </>
  );
}

const adverseFirst = (one: Fact, other: Fact): number =>
  Number(other.is_adverse) - Number(one.is_adverse) || (other.valid_from ?? "").localeCompare(one.valid_from ?? "");

const Entries = ({ of }: { of: readonly Fact[] }) => (
  <ul className="register">
    {of.map((each) => (
      <Entry key={each.id} of={each} />
    ))}
  </ul>
);

function Entry({ of }: { of: Fact }) {
  const { t } = useTranslation();
  const period = usePeriod(of);
  const said = of.value ? t(`rooms.records.value.${of.value}`) : "";
  const source = [of.issuer, of.source].filter(Boolean).join(" · ");
  return (
    <li className={of.is_adverse ? "register-adverse" : undefined}>
      <p>
        <span className="soft">{t(`rooms.records.kind.${of.kind}`)}</span>{" "}
        <strong>{[of.title, said].filter(Boolean).join(" · ")}</strong>{" "}
        {of.is_adverse && <Tag className="status status-bad">{t("parties.adverse")}</Tag>}
        {of.visibility === "within" && <Tag>{t("rooms.records.visibility.within")}</Tag>}
        {of.status !== "standing" && <StatusTag status={of.status} room="records" />}
      </p>
      {of.words && <p className="prose">{of.words}</p>}
      <p className="soft">{[period, source || t("parties.unsourced")].filter(Boolean).join(" · ")}</p>
      {of.decided_on && <Decided of={of} />}
      {of.requirement && <WayBack of={of} />}
      {of.answer && <Answer of={of.answer} />}
      <ActionBar
        of={of}
        feature="records"
        words="rooms.records"
        forms={{ supersede: SupersedeForm, lift: LiftForm, answer: AnswerForm }}
      />
    </li>
  );
}

function Answer({ of }: { of: NonNullable<Fact["answer"]> }) {
  const { t, i18n } = useTranslation();
  return (
    <p className="prose">
      <strong>{t("parties.answered", { day: dayText(of.answered_at, i18n.language) })}</strong> {of.answer}
    </p>
  );
}

/** When the organisation was heard and when it was decided; whether it was entered in time. */
function Decided({ of }: { of: Fact }) {
  const { t, i18n } = useTranslation();
  const days = [
    ["heard_on", of.heard_on],
    ["decided_on", of.decided_on],
    ["recorded_at", of.recorded_at],
  ] as const;
  const said = days.flatMap(([name, day]) =>
    day ? [`${t(`rooms.records.field.${name}`)} ${dayText(day, i18n.language)}`] : [],
  );
  return (
    <p className="soft">
      {said.join(" · ")}{" "}
      {of.late_after && <Tag>{t("parties.entered_late", { day: dayText(of.late_after, i18n.language) })}</Tag>}
    </p>
  );
}

function WayBack({ of }: { of: Fact }) {
  const { t, i18n } = useTranslation();
  return (
    <dl className="way-back">
      <dt>{t("rooms.records.field.requirement")}</dt>
      <dd className="prose">{of.requirement}</dd>
      <dt>{t("rooms.records.field.due_on")}</dt>
      <dd>
        <Deadline at={of.due_on} />
      </dd>
      <dt>{t("rooms.records.field.shown_until")}</dt>
      <dd>{of.shown_until && dayText(of.shown_until, i18n.language)}</dd>
    </dl>
  );
}

/** "from … until …" as far as the days are known. */
function usePeriod({ valid_from, valid_until }: Fact): string {
  const { t, i18n } = useTranslation();
  const day = (at: string | null): string => (at ? dayText(at, i18n.language) : "");
  if (valid_from && valid_until) return t("parties.between", { from: day(valid_from), until: day(valid_until) });
  if (valid_from) return t("parties.since", { from: day(valid_from) });
  return valid_until ? t("parties.until", { until: day(valid_until) }) : "";
}
