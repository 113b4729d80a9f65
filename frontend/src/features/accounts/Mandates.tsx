import { Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";

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

type Props = { label: string; value: Mandate; changing: boolean; onChange: (mandate: Mandate) => void };

/** The same in one line, of a colleague. */
export function MandateSelect({ label, value, changing, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Select<Mandate>
      aria-label={label}
      className="mandate-select"
      value={value}
      loading={changing}
      disabled={changing}
      onChange={onChange}
      options={MANDATES.map((each) => ({ value: each, label: t(`mandate.${each}`) }))}
    />
  );
}
