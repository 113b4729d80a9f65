import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { dayText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { MeetingForm, askOn } from "./voiceForms";

type Voice = components["schemas"]["VoiceRead"];
type Status = components["schemas"]["ContractRead"]["status"];

/** What residents say before the service starts and at its end; nothing where nothing was or can be asked. */
export function Voices({ of }: { of: { id: number; status: Status } }) {
  const { t } = useTranslation();
  const params = { path: { contract_id: of.id } };
  const found = $api.useQuery("get", "/api/v1/voices/contracts/{contract_id}", { params });
  return (
    <Fetched query={found}>
      {({ items, actions }) =>
        items.length + actions.length > 0 ? (
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
            <ActionBar
              of={{ id: of.id, actions }}
              feature="voices/contracts"
              words="rooms.voices"
              forms={{ ask: askOn(of.status === "signed" ? "willingness" : "acceptance"), hear: MeetingForm }}
            />
          </section>
        ) : null
      }
    </Fetched>
  );
}

function One({ of }: { of: Voice }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <strong>{t(`rooms.voices.purpose.${of.purpose}`)}</strong> · {t(`rooms.voices.method.${of.method}`)} ·{" "}
      {dayText(of.heard_at ?? of.asked_at, i18n.language)} <StatusTag status={of.status} room="voices" />
      {of.answers !== null && (
        <p>{t(`contracts.voices.said_${of.method}`, { asked: of.asked, answers: of.answers, ayes: of.ayes })}</p>
      )}
      {of.heard_at && of.answers === null && <p className="soft">{t("contracts.voices.few")}</p>}
      {of.source && <p className="soft">{of.source}</p>}
    </>
  );
}
