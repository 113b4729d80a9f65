import { ArrowDownOutlined, ArrowUpOutlined, CopyOutlined, DeleteOutlined, EditOutlined } from "@ant-design/icons";
import { Button, Checkbox, Form, Input, InputNumber, Select, Space, Tag } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { languageOf } from "../../api/refusal";
import { CategorySelect } from "../../ui/form/choices";
import {
  KINDS,
  type Piece,
  type Question,
  aloneOf,
  asKind,
  conditionOf,
  conditionText,
  kindOf,
  linesOf,
  piecesOf,
  withAlone,
} from "./editing";

export type Steps = { up: () => void; down: () => void; copy: () => void; remove: () => void };
type Props = {
  question: Question;
  /** Its place, from 0. */
  at: number;
  questions: readonly Question[];
  open: boolean;
  toggle: () => void;
  change: (next: Question) => void;
  steps: Steps;
  wrong: (field: string) => string[] | undefined;
  isFaulty: boolean;
};

/** One question as a card: what it asks in a line, and under the pen everything about it. */
export function QuestionEditor(props: Props) {
  const { question, at, questions, open, toggle, steps, isFaulty } = props;
  const { t, i18n } = useTranslation();
  const words = question.label[languageOf(i18n.language)] || question.label.zh || t("surveys.edit.unworded");
  const tool = (key: string, icon: ReactNode, act: () => void, disabled = false): ReactNode => (
    <Button
      type="text"
      icon={icon}
      disabled={disabled}
      onClick={act}
      aria-label={t(`surveys.edit.${key}`, { number: at + 1 })}
      title={t(`surveys.edit.${key}`, { number: at + 1 })}
    />
  );
  return (
    <section className={isFaulty ? "panel question-card question-card-faulty" : "panel question-card"}>
      <header>
        <button type="button" className="question-card-head" aria-expanded={open} onClick={toggle}>
          <span className="figures soft">{at + 1}</span> <span>{words}</span>{" "}
          <Tag>{t(`surveys.kind.${kindOf(question)}`)}</Tag>
          {question.required && <Tag color="red">{t("surveys.edit.required")}</Tag>}
        </button>
        <Space size={0} wrap>
          {tool("open", <EditOutlined aria-hidden />, toggle)}
          {tool("up", <ArrowUpOutlined aria-hidden />, steps.up, at === 0)}
          {tool("down", <ArrowDownOutlined aria-hidden />, steps.down, at === questions.length - 1)}
          {tool("copy", <CopyOutlined aria-hidden />, steps.copy)}
          {tool("remove", <DeleteOutlined aria-hidden />, steps.remove, questions.length === 1)}
        </Space>
      </header>
      {(open || isFaulty) && <Fields {...props} />}
    </section>
  );
}

type ItemProps = { name: string; label: string; of: Props; children: (id: string) => ReactNode; extra?: string };

/** What a question cannot do without, where it has it at all. */
const NEEDED: ReadonlySet<string> = new Set(["type", "label", "options", "rows", "derived_from"]);

/** A field of the question with what is wrong with it. */
function Item({ name, label, of, children, extra }: ItemProps) {
  const id = useId();
  const wrong = of.wrong(name);
  return (
    <Form.Item
      label={label}
      htmlFor={id}
      required={NEEDED.has(name)}
      {...(extra && { extra })}
      {...(wrong && { help: wrong.join(" "), validateStatus: "error" as const })}
    >
      {children(id)}
    </Form.Item>
  );
}

function Fields(props: Props) {
  const { question, change } = props;
  const { t } = useTranslation();
  const kind = kindOf(question);
  const say = (part: "zh" | "en", words: string): void =>
    change({ ...question, label: { ...question.label, [part]: words } });
  const hinted = (words: string): void => {
    const { hint, ...rest } = question;
    change(words ? { ...rest, hint: { zh: words, en: hint?.en ?? "" } } : rest);
  };
  return (
    <div className="question-fields">
      <Item name="type" label={t("surveys.edit.kind")} of={props}>
        {(id) => (
          <Select
            id={id}
            value={kind}
            onChange={(next) => change(asKind(question, next))}
            options={KINDS.map((value) => ({ value, label: t(`surveys.kind.${value}`) }))}
          />
        )}
      </Item>
      <Item name="label" label={t(kind === "note" ? "surveys.edit.note" : "surveys.edit.label")} of={props}>
        {(id) => (
          <Input.TextArea
            id={id}
            autoSize
            value={question.label.zh}
            onChange={({ target }) => say("zh", target.value)}
          />
        )}
      </Item>
      <Item name="label_en" label={t("surveys.edit.label_en")} of={props}>
        {(id) => (
          <Input.TextArea
            id={id}
            autoSize
            value={question.label.en}
            onChange={({ target }) => say("en", target.value)}
          />
        )}
      </Item>
      {kind !== "note" && (
        <Item name="hint" label={t("surveys.edit.hint")} of={props}>
          {(id) => <Input id={id} value={question.hint?.zh ?? ""} onChange={({ target }) => hinted(target.value)} />}
        </Item>
      )}
      {kind === "rating_matrix" && (
        <Lines {...props} field="rows" label={t("surveys.edit.rows")} pieces={question.rows} />
      )}
      {kind === "ranking" && <Source {...props} />}
      {["single", "multi", "scale", "rating_matrix", "ranking"].includes(kind) && !question.derived_from && (
        <Lines {...props} field="options" label={t("surveys.edit.options")} pieces={question.options} />
      )}
      <Limits {...props} />
      <ShownIf {...props} />
    </div>
  );
}

type LinesProps = Props & { field: "options" | "rows"; label: string; pieces: readonly Piece[] };

/** Options or rows, one a line; options may speak for a category, which is what needs rest on. */
function Lines(props: LinesProps) {
  const { question, change, field, label, pieces } = props;
  const { t, i18n } = useTranslation();
  const [text, setText] = useState(() => linesOf(pieces));
  const [votes, setVotes] = useState(() => pieces.some(({ votes_for }) => votes_for));
  const language = languageOf(i18n.language);
  const vote = (name: string, code: string | null): void =>
    change({
      ...question,
      options: question.options.map((one) => (one.name === name ? { ...one, votes_for: code } : one)),
    });
  return (
    <>
      <Item name={field} label={label} of={props} extra={t("surveys.edit.lines_hint")}>
        {(id) => (
          <Input.TextArea
            id={id}
            autoSize={{ minRows: 3 }}
            value={text}
            onChange={({ target }) => {
              setText(target.value);
              change({ ...question, [field]: piecesOf(target.value, pieces) });
            }}
          />
        )}
      </Item>
      {field === "options" && (question.type === "multi" || question.type === "single") && !question.scale && (
        <Form.Item>
          <Checkbox checked={votes} onChange={({ target }) => setVotes(target.checked)}>
            {t("surveys.edit.votes")}
          </Checkbox>
          {votes && (
            <ul className="votes">
              {question.options.map(({ name, label: words, votes_for }) => (
                <li key={name}>
                  <label htmlFor={`${question.name}-${name}`}>{words[language] || words.zh}</label>
                  <CategorySelect
                    id={`${question.name}-${name}`}
                    value={votes_for ?? null}
                    onChange={(code) => vote(name, code)}
                  />
                </li>
              ))}
            </ul>
          )}
        </Form.Item>
      )}
    </>
  );
}

/** What is ranked: options of its own, or what was chosen in an earlier question. */
function Source(props: Props) {
  const { question, questions, at, change } = props;
  const { t, i18n } = useTranslation();
  const earlier = questions.slice(0, at).filter(({ type }) => type === "multi");
  const language = languageOf(i18n.language);
  const choose = (name: string): void => {
    const { derived_from: _, ...rest } = question;
    change(name ? { ...rest, options: [], derived_from: name } : rest);
  };
  return (
    <Item name="derived_from" label={t("surveys.edit.ranked")} of={props}>
      {(id) => (
        <Select
          id={id}
          value={question.derived_from ?? ""}
          onChange={choose}
          options={[
            { value: "", label: t("surveys.edit.ranked_own") },
            ...earlier.map(({ name, label }) => ({ value: name, label: label[language] || label.zh })),
          ]}
        />
      )}
    </Item>
  );
}

function Limits(props: Props) {
  const { question, change } = props;
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const kind = kindOf(question);
  const limit = (field: "max_select" | "rank_count", value: number | null): void => {
    const { [field]: _, ...rest } = question;
    change(value ? { ...rest, [field]: value } : rest);
  };
  const limited = kind === "multi" ? "max_select" : kind === "ranking" ? "rank_count" : null;
  return (
    <>
      {limited && (
        <Item name={limited} label={t(`surveys.edit.${limited}`)} of={props}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              precision={0}
              value={question[limited] ?? null}
              onChange={(value) => limit(limited, value)}
            />
          )}
        </Item>
      )}
      {kind === "multi" && (
        <Item name="constraint" label={t("surveys.edit.alone")} of={props} extra={t("surveys.edit.alone_hint")}>
          {(id) => (
            <Select
              id={id}
              value={aloneOf(question) ?? ""}
              onChange={(name) => change(withAlone(question, name || undefined))}
              options={[
                { value: "", label: t("surveys.edit.alone_none") },
                ...question.options.map(({ name, label }) => ({ value: name, label: label[language] || label.zh })),
              ]}
            />
          )}
        </Item>
      )}
      {kind !== "note" && (
        <Space wrap size="large" className="question-ticks">
          <Checkbox
            checked={question.required}
            onChange={({ target }) => change({ ...question, required: target.checked })}
          >
            {t("surveys.edit.required")}
          </Checkbox>
          <Checkbox
            checked={question.public}
            onChange={({ target }) => change({ ...question, public: target.checked })}
          >
            {t("surveys.edit.public")}
          </Checkbox>
        </Space>
      )}
    </>
  );
}

/** Who is asked: everybody, those who chose something in an earlier question, or what only an expression can say. */
function ShownIf(props: Props) {
  const { question, questions, at, change } = props;
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const text = question.shown_if ?? "";
  const condition = text ? conditionOf(text) : null;
  const earlier = questions
    .slice(0, at)
    .filter(({ type, derived_from }) => (type === "single" || type === "multi") && !derived_from);
  const source = questions.find(({ name }) => name === condition?.question);
  const put = (next: string): void => {
    const { shown_if: _, ...rest } = question;
    change(next ? { ...rest, shown_if: next } : rest);
  };
  if (earlier.length === 0 && !text) return null;
  if (text && !condition) {
    return (
      <Item name="shown_if" label={t("surveys.edit.shown_if")} of={props} extra={t("surveys.edit.shown_if_hint")}>
        {(id) => <Input.TextArea id={id} autoSize value={text} onChange={({ target }) => put(target.value)} />}
      </Item>
    );
  }
  return (
    <>
      <Item name="shown_if" label={t("surveys.edit.shown_if")} of={props}>
        {(id) => (
          <Select
            id={id}
            value={condition?.question ?? ""}
            onChange={(name) => {
              const [first] = questions.find((one) => one.name === name)?.options ?? [];
              put(name && first ? conditionText({ question: name, options: [first.name] }) : "");
            }}
            options={[
              { value: "", label: t("surveys.edit.everybody") },
              ...earlier.map(({ name, label }) => ({
                value: name,
                label: t("surveys.edit.who_chose", { question: label[language] || label.zh }),
              })),
            ]}
          />
        )}
      </Item>
      {condition && source && (
        <Item name="shown_if_options" label={t("surveys.edit.one_of")} of={props}>
          {(id) => (
            <Select
              id={id}
              mode="multiple"
              value={condition.options}
              onChange={(options: string[]) => put(conditionText({ question: condition.question, options }))}
              options={source.options.map(({ name, label }) => ({ value: name, label: label[language] || label.zh }))}
            />
          )}
        </Item>
      )}
    </>
  );
}
