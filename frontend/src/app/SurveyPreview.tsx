import { useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { languageOf } from "../api/refusal";
import { partyName, useSession } from "../api/session";
import { type Entered, reading } from "../questionnaire/answers";
import type { Definition } from "../questionnaire/definition";
import { today } from "../questionnaire/today";
import { Head } from "../survey/AnswerPage";
import type { Answering } from "../survey/answering";
import { SurveyForm } from "../survey/SurveyForm";
import { Speech } from "../survey/words";
import questions from "../survey/questions.css?inline";
import survey from "../survey/survey.css?inline";

type Props = { definition: Definition; purpose: Answering["purpose"]; minutes: number };

/**
 * A questionnaire in the frame of a phone, by the residents' own components and styles. It is drawn into an empty frame
 * rather than fetched, since our pages forbid being framed.
 */
export function SurveyPreview(props: Props) {
  const { t } = useTranslation();
  const [body, setBody] = useState<HTMLElement | null>(null);
  return (
    <div className="phone">
      <iframe
        sandbox="allow-same-origin"
        title={t("surveys.edit.preview")}
        srcDoc="<!doctype html><html><body></body></html>"
        onLoad={({ currentTarget }) => setBody(currentTarget.contentDocument?.body ?? null)}
      />
      {body && createPortal(<Previewed {...props} />, body)}
    </div>
  );
}

function Previewed({ definition, purpose, minutes }: Props) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const party = useSession().data?.current?.party ?? null;
  const [entered, setEntered] = useState<Entered>({});
  const [sent, setSent] = useState(false);
  const asked_by = { zh: partyName(party, "zh"), en: partyName(party, "en") };
  const wave = { community: { name: "", path: [asked_by[language]] }, closes_at: null, open: true };
  const about = { survey_id: 0, purpose, survey: definition, demonstration: false };
  const answering: Answering = { ...about, wave, asked_by, minutes };
  return (
    <Speech value={language}>
      <style>{survey + questions}</style>
      <main>
        {isReadable(definition) ? (
          <>
            <Head answering={answering} isWhole={false} />
            <SurveyForm
              definition={definition}
              entered={entered}
              onChange={setEntered}
              sendLabel={t("surveys.edit.preview_send")}
              sending={false}
              refusal={null}
              onSend={() => setSent(true)}
            />
            {sent && <p className="good">{t("surveys.edit.preview_sent")}</p>}
          </>
        ) : (
          <p className="alert">{t("surveys.edit.preview_unreadable")}</p>
        )}
      </main>
    </Speech>
  );
}

/** A condition under the pen may not be an expression yet. */
function isReadable(definition: Definition): boolean {
  try {
    reading(definition, {}, today());
    return true;
  } catch {
    return false;
  }
}
