import { Alert, Button, Checkbox, Input, type InputRef, Select } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { languageOf } from "../../../api/refusal";
import type { components } from "../../../api/schema.gen";
import { listText } from "../../../ui/format";
import { Link, useNumber } from "../../../ui/Link";
import { Page } from "../../../ui/Page";
import { Fetched } from "../../../ui/Pending";
import { RefusalAlert } from "../../../ui/RefusalAlert";
import { Place } from "../Place";
import { numbersOf } from "../responses/answered";
import { useWave } from "../useWave";
import { QuestionLine } from "./QuestionLine";
import type { Engine } from "./typed";
import { useKeyed } from "./useKeyed";
import type { Done } from "./useSheet";
import "../surveys.css";

type Wave = components["schemas"]["WaveRead"];
type Survey = components["schemas"]["SurveyRead"];
type Keys = ReturnType<typeof useKeyed>;
/** Refusals of a number, and where they are said. */
const OF_SERIAL = new Set(["SerialEntered", "SerialUnknown", "SerialMissing"]);

/** Paper sheets (or answers by phone) keyed in one after the other, without a mouse. */
export function EnterAnswers({ engine }: { engine: Engine }) {
  const wave = useWave(useNumber("wave_id"));
  return <Fetched query={wave}>{(found) => <WithSurvey wave={found} engine={engine} />}</Fetched>;
}

function WithSurvey({ wave, engine }: { wave: Wave; engine: Engine }) {
  const { t, i18n } = useTranslation();
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", {
    params: { path: { survey_id: wave.survey_id } },
  });
  return (
    <Fetched query={survey}>
      {(of) => (
        <Page
          title={t("nav.enter_answers")}
          subtitle={wave.title || t("surveys.wave", { number: wave.id })}
          crumbs={[
            { label: t("nav.surveys"), to: "/surveys" },
            { label: of.title[languageOf(i18n.language)] || of.title.zh, to: `/surveys/${of.id}` },
            { label: t("nav.responses"), to: `/surveys/waves/${wave.id}/responses` },
          ]}
        >
          {wave.actions.includes("enter") ? (
            <Keyed wave={wave} survey={of} engine={engine} />
          ) : (
            <Alert type="info" showIcon title={t("surveys.entry.not_now")} />
          )}
        </Page>
      )}
    </Fetched>
  );
}

type KeyedProps = { wave: Wave; survey: Survey; engine: Engine };

function Keyed({ wave, survey, engine }: KeyedProps) {
  const { t, i18n } = useTranslation();
  const numbers = numbersOf(survey.definition);
  const { form, sheets, left, leave, onKeyDown, send, refusal } = useKeyed(wave, survey.definition, engine);
  const { sheet, change, entry, save, differs, first, twice } = sheets;
  return (
    <form ref={form} className="entry" onSubmit={send}>
      <Head wave={wave} sheets={sheets} />
      <SerialLine wave={wave} sheets={sheets} refusal={refusal} onKeyDown={onKeyDown} />
      <ol className="entry-lines">
        {entry.shown
          .filter(({ name }) => numbers.has(name))
          .map((question) => (
            <QuestionLine
              key={question.name}
              definition={survey.definition}
              question={question}
              number={numbers.get(question.name) ?? 0}
              text={sheet.texts[question.name] ?? ""}
              answer={entry.answers[question.name]}
              fault={left.has(question.name) ? entry.faults.get(question.name) : undefined}
              isGap={left.has(question.name) && entry.gaps.has(question.name)}
              refused={refusal?.rows.find(({ column }) => column === question.name)?.messages}
              before={first && differs.includes(question.name) ? { answer: first[question.name] } : undefined}
              onKeyDown={onKeyDown}
              onLeave={() => leave(question.name)}
              onChange={(text) => change({ ...sheet, texts: { ...sheet.texts, [question.name]: text } })}
            />
          ))}
      </ol>
      {entry.gaps.size > 0 && (
        <p className="soft">
          {t("surveys.entry.gaps", {
            questions: listText(
              [...entry.gaps].map((name) => String(numbers.get(name))),
              i18n.language,
            ),
          })}
        </p>
      )}
      {refusal && refusal.rows.length === 0 && !OF_SERIAL.has(refusal.code) && <RefusalAlert error={save.error} />}
      <Button type="primary" htmlType="submit" loading={save.isPending} data-entry="save">
        {t(twice && first === null ? "surveys.entry.again" : "surveys.entry.save")}
      </Button>
    </form>
  );
}

type Sheets = Keys["sheets"];

/** How many are done, how it is typed, and whether every sheet is typed twice. */
function Head({ wave, sheets: { done, twice, setTwice, first } }: { wave: Wave; sheets: Sheets }) {
  const { t } = useTranslation();
  const [latest] = done;
  return (
    <>
      <div className="entry-head">
        <p aria-live="polite">
          <strong className="return-count figures">{done.length}</strong> {t("surveys.entry.done")}
          <span className="soft"> · {t("surveys.entry.returned", { count: wave.tally.returned })}</span>
        </p>
        <Checkbox checked={twice} disabled={first !== null} onChange={({ target }) => setTwice(target.checked)}>
          {t("surveys.entry.twice")}
        </Checkbox>
      </div>
      {latest && <Latest of={latest} />}
      {first !== null && <Alert type="info" showIcon role="status" title={t("surveys.entry.second")} />}
      <details>
        <summary>{t("surveys.entry.how")}</summary>
        <p className="soft">{t("surveys.entry.how_hint")}</p>
      </details>
    </>
  );
}

function Latest({ of: { id, serial, receipt } }: { of: Done }) {
  const { t } = useTranslation();
  return (
    <p role="status">
      <Link to={`/surveys/responses/${id}`}>{t("surveys.entry.saved", { number: serial || `#${id}` })}</Link>
      {receipt && <strong> {t("surveys.entry.receipt", { code: receipt })}</strong>}
    </p>
  );
}

type SerialProps = { wave: Wave; sheets: Sheets; refusal: Keys["refusal"]; onKeyDown: Keys["onKeyDown"] };

function SerialLine({ wave, sheets: { sheet, change }, refusal, onKeyDown }: SerialProps) {
  const { t, i18n } = useTranslation();
  const own = useRef<InputRef>(null);
  useEffect(() => own.current?.focus(), []);
  const fault = refusal && OF_SERIAL.has(refusal.code) ? refusal.sentence(i18n.language) : undefined;
  return (
    <div className="entry-serial">
      <label htmlFor="serial">{t("rooms.surveys.field.serial")}</label>
      <Input
        ref={own}
        id="serial"
        data-entry="serial"
        autoComplete="off"
        maxLength={64}
        value={sheet.serial}
        {...(fault && { status: "error" as const, "aria-invalid": true, "aria-describedby": "serial-fault" })}
        onKeyDown={onKeyDown}
        onChange={({ target }) => change({ ...sheet, serial: target.value })}
      />
      {wave.communities.length > 1 && (
        <Select<string>
          aria-label={t("rooms.surveys.field.community_code")}
          placeholder={t("surveys.entry.by_serial")}
          allowClear
          value={sheet.community}
          options={wave.communities.map((code) => ({ value: code, label: <Place code={code} /> }))}
          onChange={(community) => change({ ...sheet, community: community ?? null })}
        />
      )}
      {fault && (
        <p id="serial-fault" role="alert" className="entry-fault">
          {fault}
        </p>
      )}
    </div>
  );
}
