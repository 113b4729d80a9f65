import { App, Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { useDone } from "./useDone";

export type Mandate = components["schemas"]["Mandate"];
const MANDATES: Mandate[] = ["head", "editor", "reader"];

/** What somebody may do in the organisation's name, each with what it means. */
export function MandateChoice({ value, onChange }: { value?: Mandate; onChange?: (mandate: Mandate) => void }) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      className="mandates"
      {...(value && { value })}
      onChange={({ target }) => onChange?.(target.value as Mandate)}
      options={MANDATES.map((each) => ({
        value: each,
        label: (
          <>
            {t(`mandate.${each}`)}
            <span className="soft">{t(`accounts.mandate_hint.${each}`)}</span>
          </>
        ),
      }))}
    />
  );
}

type Props = { membership_id: number; name: string; value: Mandate };

/** The same in one line, of a colleague: asked back, then changed. */
export function MandateSelect({ membership_id, name, value }: Props) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const change = $api.useMutation("post", "/api/v1/accounts/memberships/{membership_id}/mandate", {
    onSuccess: useDone(t("accounts.mandate_changed")),
  });
  const ask = (mandate: Mandate): void => {
    modal.confirm({
      title: t("accounts.mandate_sure", { name, mandate: t(`mandate.${mandate}`) }),
      content: t(`accounts.mandate_hint.${mandate}`),
      okText: t("accounts.mandate_change"),
      cancelText: t("ui.cancel"),
      onOk: () => change.mutate({ params: { path: { membership_id } }, body: { mandate } }),
    });
  };
  return (
    <>
      <Select<Mandate>
        aria-label={t("accounts.change_mandate", { name })}
        className="mandate-select"
        value={value}
        loading={change.isPending}
        disabled={change.isPending}
        onChange={ask}
        options={MANDATES.map((each) => ({ value: each, label: t(`mandate.${each}`) }))}
      />
      <RefusalAlert error={change.error} />
    </>
  );
}
