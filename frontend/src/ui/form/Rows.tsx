import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

type Props = {
  /** The list's field in the body. */
  name: string | (string | number)[];
  /** What one row asks; names of its fields begin with `at`. */
  children: (at: number) => ReactNode;
  /** What a new row starts with. */
  fresh?: object;
  add?: string;
};

/** A list of like things in a form: rows can be added and taken away. On phones each row is a card. */
export function Rows({ name, children, fresh = {}, add }: Props) {
  const { t } = useTranslation();
  return (
    <Form.List name={name}>
      {(rows, { add: append, remove }) => (
        <div className="form-rows">
          {rows.map((row, index) => (
            <div key={row.key} className="form-row">
              {children(row.name)}
              <Button
                type="text"
                className="form-row-remove"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t("ui.form.remove", { number: index + 1 })}
                onClick={() => remove(row.name)}
              />
            </div>
          ))}
          <Button type="dashed" icon={<PlusOutlined aria-hidden />} onClick={() => append(fresh)}>
            {add ?? t("ui.form.add")}
          </Button>
        </div>
      )}
    </Form.List>
  );
}
