import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Body = components["schemas"]["InspectionRecord"];
type Props = ActionFormProps<components["schemas"]["InspectionRead"]>;
const VALUES = ["qualified", "basically_qualified", "unqualified"] as const satisfies readonly Body["value"][];

/** What an inspection has found, by whom; whoever did not pass is told what to mend. */
export function FoundForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Body>();
  const value = Form.useWatch("value", form);
  return (
    <FormSheet<Body>
      room="inspections"
      form={form}
      {...{ send, sending, cancel }}
      submit={t("rooms.inspections.action.record")}
    >
      <Field name="value" required>
        <Select options={VALUES.map((each) => ({ value: each, label: t(`rooms.records.value.${each}`) }))} />
      </Field>
      <ProseField name="opinion" required rows={3} limit={2000} />
      <Field name="inspectors" required extra={t("inspections.inspectors_hint")}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={["、", "，", ",", "；", ";"]} />
      </Field>
      <LineField name="source" required limit={300} />
      {value && value !== "qualified" && (
        <ProseField name="requirement" required rows={2} limit={2000} extra={t("inspections.requirement_hint")} />
      )}
    </FormSheet>
  );
}
