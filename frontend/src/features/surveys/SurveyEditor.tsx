import { useQueryClient } from "@tanstack/react-query";
import { PlusOutlined } from "@ant-design/icons";
import { Alert, App, Button, Form, Input, Space } from "antd";
import { type ComponentType, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import { draftOf, keepDraft } from "../../api/drafts";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { DraftNotice } from "../../ui/form/DraftNotice";
import { useGo, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { type Definition, type Question, copied, freshQuestion, moved, problemsOf } from "./editing";
import { PurposePanel } from "./PurposeSelect";
import { QuestionEditor, type Steps } from "./QuestionEditor";
import { TakeQuestions } from "./TakeQuestions";
import "./surveys.css";

type Survey = components["schemas"]["SurveyRead"];
type Purpose = Survey["purpose"];
type Props = { preview: ComponentType<{ definition: Definition; purpose: Purpose; minutes: number }> };

/** The editor of a questionnaire, with what residents will see beside it. */
export function SurveyEditor({ preview }: Props) {
  const survey_id = useNumber("survey_id");
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", { params: { path: { survey_id } } });
  return <Fetched query={survey}>{(it) => <Editing key={it.version} of={it} preview={preview} />}</Fetched>;
}

function useDraft(of: Survey) {
  const name = `survey ${of.id}`;
  const [found, setFound] = useState(() => draftOf<Definition>(name));
  const isStale = found !== null && found.version !== of.version;
  const [definition, setDefinition] = useState<Definition>((!isStale && found?.body) || of.definition);
  const change = (next: Definition): void => {
    setDefinition(next);
    keepDraft(name, { version: of.version, body: next });
  };
  const forget = (): void => keepDraft(name, null);
  const takeMine = (): void => {
    if (found) change(found.body);
    setFound(null);
  };
  const takeSaved = (): void => {
    forget();
    setFound(null);
    setDefinition(of.definition);
  };
  const notice = found && <DraftNotice isStale={isStale} onMine={takeMine} onSaved={takeSaved} />;
  return { definition, change, forget, notice };
}

function Editing({ of, preview: Preview }: Props & { of: Survey }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const go = useGo();
  const cache = useQueryClient();
  const { definition, change, forget, notice } = useDraft(of);
  const [purpose, setPurpose] = useState(of.purpose);
  const save = $api.useMutation("put", "/api/v1/surveys/{survey_id}", {
    onSuccess: () => {
      forget();
      message.success(t("surveys.edit.saved"));
      void cache.invalidateQueries();
    },
  });
  const send = (): Promise<unknown> =>
    save.mutateAsync({
      params: { path: { survey_id: of.id }, header: ifMatch(of.version) },
      body: { purpose, definition },
    });
  const leave = (): void => go(`/surveys/${of.id}`);
  const problems = problemsOf(save.error, languageOf(i18n.language));
  const title = definition.title[languageOf(i18n.language)] || definition.title.zh || t("surveys.edit.untitled");
  return (
    <Page
      title={t("surveys.edit.title", { title })}
      crumbs={[
        { label: t("nav.surveys"), to: "/surveys" },
        { label: title, to: `/surveys/${of.id}` },
      ]}
    >
      {!of.actions.includes("edit") && <Alert type="warning" showIcon title={t("surveys.edit.frozen")} />}
      {notice}
      <div className="editor">
        <Form layout="vertical" requiredMark="optional" onFinish={() => void send()} className="editor-form">
          <PurposePanel value={purpose} onChange={setPurpose} />
          <Heading definition={definition} change={change} problems={problems} />
          <Questions definition={definition} change={change} problems={problems} />
          <RefusalAlert error={save.error} />
          <Space wrap className="form-foot editor-foot">
            <Button type="primary" htmlType="submit" loading={save.isPending}>
              {t("surveys.edit.save")}
            </Button>
            <Button onClick={() => void send().then(leave)} loading={save.isPending}>
              {t("surveys.edit.save_and_leave")}
            </Button>
          </Space>
        </Form>
        <aside className="editor-preview" aria-label={t("surveys.edit.preview")}>
          <h2>{t("surveys.edit.preview")}</h2>
          <Preview definition={definition} purpose={purpose} minutes={of.minutes} />
        </aside>
      </div>
    </Page>
  );
}

type Part = { definition: Definition; change: (next: Definition) => void; problems: Map<string, string[]> };

function Heading({ definition, change, problems }: Part) {
  const { t } = useTranslation();
  const { title, intro } = definition;
  const wrong = problems.get("title");
  const introduce = (words: { zh: string; en: string }): void => {
    const { intro: _, ...rest } = definition;
    change(words.zh || words.en ? { ...rest, intro: words } : rest);
  };
  const said = intro ?? { zh: "", en: "" };
  return (
    <section className="panel">
      <Form.Item
        label={t("surveys.edit.title_zh")}
        htmlFor="title-zh"
        required
        {...(wrong && { help: wrong.join(" "), validateStatus: "error" })}
      >
        <Input
          id="title-zh"
          value={title.zh}
          onChange={({ target }) => change({ ...definition, title: { ...title, zh: target.value } })}
        />
      </Form.Item>
      <Form.Item label={t("surveys.edit.title_en")} htmlFor="title-en">
        <Input
          id="title-en"
          value={title.en}
          onChange={({ target }) => change({ ...definition, title: { ...title, en: target.value } })}
        />
      </Form.Item>
      <Form.Item label={t("surveys.edit.intro_zh")} htmlFor="intro-zh" extra={t("surveys.edit.intro_hint")}>
        <Input.TextArea
          id="intro-zh"
          autoSize={{ minRows: 2 }}
          value={said.zh}
          onChange={({ target }) => introduce({ ...said, zh: target.value })}
        />
      </Form.Item>
      <Form.Item label={t("surveys.edit.intro_en")} htmlFor="intro-en">
        <Input.TextArea
          id="intro-en"
          autoSize={{ minRows: 1 }}
          value={said.en}
          onChange={({ target }) => introduce({ ...said, en: target.value })}
        />
      </Form.Item>
    </section>
  );
}

function Questions({ definition, change, problems }: Part) {
  const { t } = useTranslation();
  const { questions } = definition;
  const [open, setOpen] = useState<number | null>(questions.length === 1 ? 0 : null);
  const put = (next: Question[]): void => change({ ...definition, questions: next });
  const steps = (at: number): Steps => ({
    up: () => (put(moved(questions, at, at - 1)), setOpen(null)),
    down: () => (put(moved(questions, at, at + 1)), setOpen(null)),
    copy: () => (put(copied(questions, at)), setOpen(at + 1)),
    remove: () => (put(questions.filter((_, place) => place !== at)), setOpen(null)),
  });
  const add = (): void => {
    put([...questions, freshQuestion(questions)]);
    setOpen(questions.length);
  };
  return (
    <>
      <ol className="question-cards">
        {questions.map((question, at) => (
          <li key={question.name}>
            <QuestionEditor
              question={question}
              at={at}
              questions={questions}
              open={open === at}
              toggle={() => setOpen(open === at ? null : at)}
              change={(next) => put(questions.map((one, place) => (place === at ? next : one)))}
              steps={steps(at)}
              wrong={(field) => problems.get(`${at}.${field}`)}
              isFaulty={[...problems.keys()].some((place) => place.startsWith(`${at}.`))}
            />
          </li>
        ))}
      </ol>
      <Button block type="dashed" size="large" icon={<PlusOutlined aria-hidden />} onClick={add}>
        {t("surveys.edit.add")}
      </Button>
      <TakeQuestions questions={questions} put={put} />
    </>
  );
}
