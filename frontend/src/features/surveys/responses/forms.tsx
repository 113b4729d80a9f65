/** What is asked before an answer is judged. */
import { Button, Select, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import type { ActionFormProps } from "../../../ui/ActionBar";
import { Field, LineField } from "../../../ui/form/Field";
import { FormSheet } from "../../../ui/form/FormSheet";

type Response = components["schemas"]["ResponseRead"];
type Wave = components["schemas"]["WaveRead"];
type Invalid = components["schemas"]["Invalidate"];
const REASONS = [
  "too_fast",
  "straight_lining",
  "required_missing",
  "outside_frame",
  "same_content",
  "other",
] as const satisfies readonly Invalid["reason"][];

/** Why it does not count: the first doubt is offered. */
export function InvalidateForm({ of, send, cancel, sending }: ActionFormProps<Response>) {
  const { t } = useTranslation();
  const [doubt] = of.suggestions;
  return (
    <FormSheet<Invalid>
      room="surveys"
      initial={{ note: "", ...(doubt && { reason: doubt.code }) }}
      send={send}
      sending={sending}
      cancel={cancel}
      danger
      submit={t("rooms.surveys.action.invalidate")}
    >
      <Field name="reason" required>
        <Select options={REASONS.map((value) => ({ value, label: t(`rooms.surveys.quality.${value}`) }))} />
      </Field>
      <LineField name="note" limit={500} />
    </FormSheet>
  );
}

/** Which other answer it repeats: the one the rules found is offered. */
export function DuplicateForm({ of, send, cancel, sending }: ActionFormProps<Response>) {
  const { t } = useTranslation();
  const found = of.suggestions.find(({ code }) => code === "same_content")?.facts["serial"];
  return (
    <FormSheet<{ of_which: string }>
      room="surveys"
      initial={{ of_which: String(found ?? "") }}
      send={({ of_which }) => send({ note: t("surveys.responses.repeats", { serial: of_which }) })}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.surveys.action.mark_duplicate")}
    >
      <LineField
        name="of_which"
        label={t("surveys.responses.of_which")}
        required
        limit={64}
        extra={t("surveys.responses.of_which_hint")}
      />
    </FormSheet>
  );
}

/** How many are confirmed at once. */
export function ConfirmAllForm({ of: { unflagged }, send, cancel, sending }: ActionFormProps<Wave>) {
  const { t } = useTranslation();
  return (
    <>
      <p>
        {t(unflagged > 0 ? "surveys.responses.confirm_all" : "surveys.responses.confirm_none", { count: unflagged })}
      </p>
      <Space wrap>
        <Button type="primary" disabled={unflagged === 0} loading={sending} onClick={() => send({})}>
          {t("rooms.surveys.action.confirm_unflagged")}
        </Button>
        <Button onClick={cancel}>{t("ui.cancel")}</Button>
      </Space>
    </>
  );
}
