import { Button, Form, type FormInstance, Space } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { keep, kept } from "../../api/kept";
import { languageOf, refusalOf } from "../../api/refusal";
import { RefusalAlert } from "../RefusalAlert";
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
  /** The room whose words call the fields: `rooms.<room>.field.<name>`, else `field.<name>`. */
  room?: string;
  /** Under this name what is typed is kept in the browser until it was sent. (`forgetDraft`). */
  draft?: string;
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
    if (props.draft) keep(draftName(props.draft), null);
    setSent(sent + 1);
  };
  return <Sheet key={sent} {...props} send={send} />;
}

function Sheet<Body extends object>(props: Props<Body>) {
  const { initial, send, sending, error, submit, danger = false, cancel, room, draft, onChange, children } = props;
  const { t } = useTranslation();
  const [own] = Form.useForm<Body>();
  const form = props.form ?? own;
  const [start] = useState(() => ({ ...initial, ...draftOf(draft) }) as Body);
  useFieldProblems(form, error);
  return (
    <Words value={room}>
      <Form<Body>
        form={form}
        layout="vertical"
        requiredMark="optional"
        initialValues={start}
        scrollToFirstError={{ focus: true, block: "center" }}
        onFinish={send}
        onValuesChange={(_, all) => {
          if (draft) keep(draftName(draft), JSON.stringify(all));
          onChange?.(all);
        }}
      >
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

const draftName = (draft: string): string => `draft ${draft}`;

function draftOf(draft: string | undefined): object {
  try {
    return JSON.parse((draft && kept(draftName(draft))) || "{}") as object;
  } catch {
    return {};
  }
}

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
