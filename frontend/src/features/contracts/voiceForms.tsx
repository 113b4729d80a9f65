/** Which wave asks residents what, and what a meeting decided. */
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps, Actionable } from "../../ui/ActionBar";
import { CountField, Field } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Ask = components["schemas"]["VoiceAsk"];
type Content = components["schemas"]["SatisfactionAsk"];
type Purpose = components["schemas"]["VoiceRead"]["purpose"];
type Meeting = components["schemas"]["VoiceMeeting"];
type Props = ActionFormProps<Actionable>;
type Label = components["schemas"]["Label"];
const RULES: readonly NonNullable<Ask["rule"]>[] = ["share_two_thirds", "low_half", "low_two_thirds"];
const ENDED = new Set<string>(["closed", "discarded"]);

/** The own published surveys of the purpose, their waves that take answers and have none yet, and questions with one answer. */
function useChoices(purpose: Purpose, surveyId: number | null, question: string | undefined) {
  const { t, i18n } = useTranslation();
  const said = (label: Label): string => label[languageOf(i18n.language)] || label.zh;
  const path = { survey_id: surveyId ?? 0 };
  const when = { enabled: surveyId !== null };
  const surveys = $api.useQuery("get", "/api/v1/surveys", {
    params: { query: { status: "published", purpose, limit: 200 } },
  });
  const waves = $api.useQuery("get", "/api/v1/surveys/{survey_id}/waves", { params: { path } }, when);
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", { params: { path } }, when);
  const single = survey.data?.definition.questions.filter(({ type }) => type === "single") ?? [];
  const asked = single.find(({ name }) => name === question)?.options ?? [];
  const taking = waves.data?.filter(({ state, tally }) => !ENDED.has(state) && tally.returned === 0) ?? [];
  return {
    isNone: surveys.data?.items.length === 0,
    surveys: surveys.data?.items.map(({ id, title }) => ({ value: id, label: said(title) })) ?? [],
    waves: taking.map(({ id, title, channel }) => ({
      value: id,
      label: `${title || t("contracts.voices.wave", { id })} · ${t(`rooms.surveys.survey_channel.${channel}`)}`,
    })),
    questions: single.map(({ name, label }) => ({ value: name, label: said(label) })),
    options: asked.map(({ name, label }) => ({ value: name, label: said(label) })),
  };
}

/** Which wave, which of its questions, and which of its options say yes. */
function WaveFields({ purpose, question }: { purpose: Purpose; question: string | undefined }) {
  const { t } = useTranslation();
  const [survey, setSurvey] = useState<number | null>(null);
  const choices = useChoices(purpose, survey, question);
  return (
    <>
      <p>{t(`contracts.voices.follows.${purpose}`)}</p>
      <label htmlFor="voice-survey">{t("contracts.voices.survey")}</label>
      <Select id="voice-survey" className="voice-survey" options={choices.surveys} onChange={setSurvey} />
      {choices.isNone && (
        <p className="soft">{t("contracts.voices.no_survey", { purpose: t(`rooms.surveys.purpose.${purpose}`) })}</p>
      )}
      <Field name="wave_id" required>
        <Select options={choices.waves} disabled={survey === null} />
      </Field>
      <Field name="question" required>
        <Select options={choices.questions} disabled={survey === null} />
      </Field>
      <Field name="options" required>
        <Select mode="multiple" options={choices.options} disabled={question === undefined} />
      </Field>
    </>
  );
}

export function askOn(purpose: Ask["purpose"]) {
  return function AskForm({ send, sending, cancel }: Props) {
    const { t } = useTranslation();
    const [question, setQuestion] = useState<string>();
    return (
      <FormSheet<Ask>
        room="voices"
        send={(body) => send({ ...body, purpose })}
        sending={sending}
        cancel={cancel}
        submit={t("rooms.voices.action.ask")}
        onChange={(body) => setQuestion(body.question)}
      >
        <WaveFields purpose={purpose} question={question} />
        {purpose === "willingness" && (
          <Field name="rule" required>
            <Select options={RULES.map((value) => ({ value, label: t(`rooms.voices.rule.${value}`) }))} />
          </Field>
        )}
      </FormSheet>
    );
  };
}

/** The same of satisfaction, with how many people the service reached, and so how many are to answer. */
export function satisfactionOn(served: number | null) {
  return function SatisfactionForm({ send, sending, cancel }: Props) {
    const { t } = useTranslation();
    const [body, setBody] = useState<Partial<Content>>({ ...(served && { served }) });
    return (
      <FormSheet<Content>
        room="voices"
        initial={{ ...(served && { served }) }}
        send={send}
        sending={sending}
        cancel={cancel}
        submit={t("rooms.voices.action.ask_satisfaction")}
        onChange={setBody}
      >
        <WaveFields purpose="satisfaction" question={body.question} />
        <CountField name="served" required min={1} max={1_000_000} extra={<Sample served={body.served} />} />
      </FormSheet>
    );
  };
}

function Sample({ served }: { served: number | undefined }) {
  const { t } = useTranslation();
  const params = { query: { served: served ?? 0 } };
  const sample = $api.useQuery("get", "/api/v1/voices/sample", { params }, { enabled: Boolean(served) });
  return (
    <>
      {t("contracts.voices.served_hint")}{" "}
      {sample.data && t("contracts.voices.sample", { needed: sample.data.needed, served: sample.data.served })}
    </>
  );
}

export function MeetingForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const submit = t("rooms.voices.action.hear");
  return (
    <FormSheet<Meeting> room="voices" {...{ send, sending, cancel, submit }}>
      <p>{t("contracts.voices.follows.meeting")}</p>
      <CountField name="entitled" required />
      <CountField name="present" required />
      <CountField name="ayes" required />
    </FormSheet>
  );
}
