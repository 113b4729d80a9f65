import { Form, type FormItemProps, Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import { useFieldName } from "./words";

type Name = string | number | (string | number)[];
type Props = Omit<FormItemProps, "name" | "label" | "required"> & {
  name: Name;
  /** Where the words of the room do not call it by its name. */
  label?: string;
  required?: boolean;
};

const lastOf = (name: Name): string => String([name].flat().findLast((part) => typeof part === "string") ?? "");

/** One question of a form: its name in words, its input, what is wrong with it. */
export function Field({ name, label, required = false, rules = [], ...item }: Props) {
  const { t } = useTranslation();
  const called = useFieldName();
  const must = { required: true, message: t("ui.required") };
  return (
    <Form.Item
      name={name}
      label={label ?? called(lastOf(name))}
      rules={required ? [must, ...rules] : rules}
      {...item}
    />
  );
}

type Short = Props & { limit?: number };
type Long = Short & { rows?: number };
type Whole = Props & { min?: number; max?: number; unit?: string };

/** One line. */
export const LineField = ({ limit, ...field }: Short) => (
  <Field {...field}>
    <Input {...(limit !== undefined && { maxLength: limit })} />
  </Field>
);

/** Any number of lines. */
export const ProseField = ({ limit, rows = 4, ...field }: Long) => (
  <Field {...field}>
    <Input.TextArea
      autoSize={{ minRows: rows, maxRows: rows * 4 }}
      showCount={limit !== undefined}
      {...(limit !== undefined && { maxLength: limit })}
    />
  </Field>
);

/** A whole number. */
export const CountField = ({ min = 0, max, unit, ...field }: Whole) => (
  <Field {...field}>
    <InputNumber
      min={min}
      precision={0}
      inputMode="numeric"
      className="input-count"
      {...(max !== undefined && { max })}
      suffix={unit}
    />
  </Field>
);
