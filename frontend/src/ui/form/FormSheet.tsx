import { Button, Form, type FormInstance, Space } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { draftOf, keepDraft } from "../../api/drafts";
import { languageOf, refusalOf } from "../../api/refusal";
import { RefusalAlert } from "../RefusalAlert";
import { DraftNotice } from "./DraftNotice";
import { Words } from "./words";

type Props<Body extends object> = {
  /** What the form starts with; what was typed before under the same `draft` wins. */
  initial?: Partial<Body>;
  /**
   * Called with the body as the API wants it: inputs of this folder hold wire values (amounts and days are text).
   * A promise that is kept empties the form for the next one; one that is broken leaves it as it is (see `error`).
   */
  send: (body: Body) => unknown;
  sending: boolean;
  /** What the server said last; a problem with one field is shown beside it. */
  error?: unknown;
  /** The word on the button. */
  submit: string;
  danger?: boolean;
  cancel?: (() => void) | undefined;
  /** Fields that may stay empty say so, unless it is plain from what the form asks. */
  requiredMark?: "optional" | false;
  /** The room whose words call the fields: `rooms.<room>.field.<name>`, else `field.<name>`. */
  room?: string;
  /** Under this name what is typed is kept in the browser until it was sent. */
  draft?: string;
  /** The version that is changed by this form: what was typed on another is not put over it unasked. */
  version?: number;
  form?: FormInstance<Body>;
  onChange?: (body: Body) => void;
  children: ReactNode;
};

/** A form that keeps what was typed, says what is wrong beside the field, and sends what the API takes. */
export function FormSheet<Body extends object>(props: Props<Body>) {
  const [sent, setSent] = useState(0);
  const send = async (body: Body): Promise<void> => {
    const answer = props.send(body);
    if (
      !(answer instanceof Promise) ||
      !(await answer.then(
        () => true,
        () => false,
      ))
    )
      return;
    if (props.draft) keepDraft(props.draft, null);
    setSent(sent + 1);
  };
  return <Sheet key={sent} {...props} send={send} />;
}

function Sheet<Body extends object>(props: Props<Body>) {
  const {
    send,
    sending,
    error,
    submit,
    danger = false,
    cancel,
    room,
    onChange,
    children,
    requiredMark = "optional",
  } = props;
  const { t } = useTranslation();
  const [own] = Form.useForm<Body>();
  const form = props.form ?? own;
  const draft = useDraft(props, form);
  useFieldProblems(form, error);
  return (
    <Words value={room}>
      <Form<Body>
        form={form}
        layout="vertical"
        requiredMark={requiredMark}
        initialValues={draft.start}
        scrollToFirstError={{ focus: true, block: "center" }}
        onFinish={send}
        onValuesChange={(_, all) => {
          draft.keep(all);
          onChange?.(all);
        }}
      >
        {draft.notice}
        {children}
        <RefusalAlert error={error} />
        <Space wrap className="form-foot">
          <Button type="primary" danger={danger} htmlType="submit" loading={sending}>
            {submit}
          </Button>
          {cancel && <Button onClick={cancel}>{t("ui.cancel")}</Button>}
        </Space>
      </Form>
    </Words>
  );
}

/** What the form starts with, the notice about what was found kept, and how to keep what is typed from now on. */
function useDraft<Body extends object>(props: Props<Body>, form: FormInstance<Body>) {
  const { initial, draft: name, version = 0, onChange } = props;
  const [found, setFound] = useState(() => (name ? draftOf<Partial<Body>>(name) : null));
  const isStale = found !== null && found.version !== version;
  const [start] = useState(() => ({ ...initial, ...(!isStale && found?.body) }) as Body);
  const keep = (body: Partial<Body>): void => {
    if (name) keepDraft(name, { version, body });
  };
  const take = (body: Partial<Body>): void => {
    form.setFieldsValue(body as never);
    onChange?.(form.getFieldsValue(true) as Body);
    setFound(null);
  };
  const takeMine = (): void => {
    if (!found) return;
    keep(found.body);
    take(found.body);
  };
  const takeSaved = (): void => {
    if (name) keepDraft(name, null);
    form.setFieldsValue(blank(form.getFieldsValue(true)) as never);
    take(initial ?? {});
  };
  const notice = found && <DraftNotice isStale={isStale} onMine={takeMine} onSaved={takeSaved} />;
  return { start, keep, notice };
}

const blank = (body: object): object => Object.fromEntries(Object.keys(body).map((name) => [name, undefined]));

/** Puts what the server found wrong beside its field; its sentence names all of them, those without a field too. */
function useFieldProblems<Body>(form: FormInstance<Body>, error: unknown): void {
  const { i18n } = useTranslation();
  useEffect(() => {
    if (!error) return;
    const here = new Set(form.getFieldsError().map(({ name }) => name.join(".")));
    const known = refusalOf(error).fields.filter((each) => here.has(pathOf(each.field).join(".")));
    form.setFields(
      known.map((each) => ({ name: pathOf(each.field) as never, errors: [each.messages[languageOf(i18n.language)]] })),
    );
  }, [error, form, i18n.language]);
}

/** "body.budget.amount" → ["budget", "amount"]; numbers are places in a list. */
export function pathOf(field: string): (string | number)[] {
  const parts = field.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return parts[0] === "body" ? parts.slice(1) : parts;
}
