/** What has to be said when an evaluation begins, is reported on, and its report is signed. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import type { ContractEvaluations } from "./Evaluations";

type Begun = components["schemas"]["EvaluationBegin"];

export function BeginForm({ of, send, sending, cancel }: ActionFormProps<ContractEvaluations & { id: number }>) {
  const { t } = useTranslation();
  const [first] = of.kinds;
  return (
    <FormSheet<Begun>
      room="evaluations"
      initial={first ? { kind: first } : {}}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.evaluations.action.begin")}
    >
      <p>{t("contracts.evaluations.follows.begin")}</p>
      <Field name="kind" required>
        <Select options={of.kinds.map((value) => ({ value, label: t(`rooms.evaluations.kind.${value}`) }))} />
      </Field>
    </FormSheet>
  );
}

export function SubmitReportForm({ send, sending, cancel }: ActionFormProps<components["schemas"]["EvaluationRead"]>) {
  const { t } = useTranslation();
  return (
    <FormSheet
      room="evaluations"
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.evaluations.action.submit")}
    >
      <p>{t("contracts.evaluations.follows.submit")}</p>
      <ProseField name="opinion" required rows={8} limit={8000} />
      <ProseField name="advice" rows={3} limit={4000} />
    </FormSheet>
  );
}

export function SignReportForm({
  send,
  sending,
  cancel,
}: ActionFormProps<components["schemas"]["EvaluationReportRead"]>) {
  const { t } = useTranslation();
  return (
    <FormSheet
      room="evaluations"
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.evaluations.action.sign")}
    >
      <p>{t("contracts.evaluations.follows.sign")}</p>
      <LineField name="name" required limit={100} />
    </FormSheet>
  );
}
