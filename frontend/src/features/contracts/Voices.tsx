import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { dayText, percentText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { MeetingForm, askOn, satisfactionOn } from "./voiceForms";

type Voice = components["schemas"]["VoiceRead"];
type Found = components["schemas"]["ContractVoices"];
type Of = Pick<components["schemas"]["ContractRead"], "id" | "status">;

/** What residents say before the service starts, meanwhile and at its end; nothing where nothing was or can be asked. */
export function Voices({ of }: { of: Of }) {
  const params = { path: { contract_id: of.id } };
  const found = $api.useQuery("get", "/api/v1/voices/contracts/{contract_id}", { params });
  return (
    <Fetched query={found}>
      {(it) => (it.items.length + it.actions.length > 0 ? <Shown of={of} found={it} /> : null)}
    </Fetched>
  );
}

function Shown({ of: { id, status }, found: { items, served, actions } }: { of: Of; found: Found }) {
  const { t } = useTranslation();
  const forms = useMemo(
    () => ({
      ask: askOn(status === "signed" ? "willingness" : "acceptance"),
      ask_satisfaction: satisfactionOn(served),
      hear: MeetingForm,
    }),
    [status, served],
  );
  return (
    <section aria-labelledby="voices">
      <h2 id="voices">{t("contracts.voices.title")}</h2>
      {items.length === 0 && <p className="soft">{t("contracts.voices.none")}</p>}
      <ul className="voices">
        {items.map((each) => (
          <li key={each.id}>
            <One of={each} />
          </li>
        ))}
      </ul>
      <ActionBar of={{ id, actions }} feature="voices/contracts" words="rooms.voices" forms={forms} />
    </section>
  );
}

function One({ of }: { of: Voice }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <strong>{t(`rooms.voices.purpose.${of.purpose}`)}</strong> · {t(`rooms.voices.method.${of.method}`)} ·{" "}
      {dayText(of.heard_at ?? of.asked_at, i18n.language)} <StatusTag status={of.status} room="voices" />
      {of.purpose === "satisfaction" ? <Content of={of} /> : <Counts of={of} />}
      {of.heard_at && of.answers === null && <p className="soft">{t("contracts.voices.few")}</p>}
      {of.source && <p className="soft">{of.source}</p>}
    </>
  );
}

function Counts({ of: { method, asked, answers, ayes } }: { of: Voice }) {
  const { t } = useTranslation();
  return answers !== null && <p>{t(`contracts.voices.said_${method}`, { asked, answers, ayes })}</p>;
}

/** How many were to answer of whom, how many did, and which share of all that stands for. */
function Content({ of }: { of: Voice }) {
  const { t, i18n } = useTranslation();
  const { served, needed, answers, ayes, share, low, high } = of;
  const percent = (value: string): string => percentText(Number(value), i18n.language);
  return (
    <p>
      {t("contracts.voices.sample", { served, needed })}
      {answers !== null && ` ${t("contracts.voices.answered", { answers })}`}{" "}
      {share && low && high
        ? t("contracts.voices.content", { ayes, share: percent(share), low: percent(low), high: percent(high) })
        : answers !== null && t(`contracts.voices.${answers > (served ?? 0) ? "others_too" : "one_side_few"}`)}
    </p>
  );
}
