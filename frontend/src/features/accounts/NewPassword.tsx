import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { RefusalAlert } from "../../ui/RefusalAlert";

export type Chosen = { current?: string; new: string; again: string };
type Props = {
  /** Shown to the browser's keeper of passwords; not to be edited. */
  username: string;
  /** Asked for as well when an old password is to be replaced. */
  withCurrent?: boolean;
  save: (chosen: Chosen) => Promise<unknown>;
  onSaved: () => void;
};

/** A new password, typed twice. What it must be like is said before, and by the server's refusal after. */
export function NewPassword({ username, withCurrent = false, save, onSaved }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Chosen>();
  const saving = useMutation({ mutationFn: save, onSuccess: () => (form.resetFields(), onSaved()) });
  const required = { required: true, message: t("ui.required") };
  return (
    <Form<Chosen> form={form} layout="vertical" requiredMark={false} onFinish={(chosen) => saving.mutate(chosen)}>
      <RefusalAlert error={saving.error} />
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      {withCurrent && (
        <Form.Item name="current" label={t("accounts.current_password")} rules={[required]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
      )}
      <Form.Item name="new" label={t("accounts.new_password")} extra={t("accounts.password_hint")} rules={[required]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("accounts.again")}
        dependencies={["new"]}
        rules={[
          required,
          ({ getFieldValue }) => ({
            validator: async (_, again: string) => {
              if (again && again !== getFieldValue("new")) throw new Error(t("accounts.differs"));
            },
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={saving.isPending}>
        {t("accounts.save_password")}
      </Button>
    </Form>
  );
}
