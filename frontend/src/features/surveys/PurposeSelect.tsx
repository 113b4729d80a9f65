import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import type { AskedPurpose } from "./editing";

type Purpose = components["schemas"]["SurveyPurpose"];
const PURPOSES: readonly AskedPurpose[] = ["need", "willingness", "satisfaction", "acceptance"];
type Props = { id?: string; value?: Purpose; onChange?: (purpose: Purpose) => void };

/** The purposes of surveys with their words, in the order of a season; `kept`: that of a survey made before for another. */
export function usePurposes(kept?: Purpose): { value: Purpose; label: string }[] {
  const { t } = useTranslation();
  const purposes: Purpose[] = [...PURPOSES];
  if (kept && !purposes.includes(kept)) purposes.push(kept);
  return purposes.map((value) => ({ value, label: t(`rooms.surveys.purpose.${value}`) }));
}

/** What for residents are asked. */
export function PurposeSelect(props: Props) {
  return <Select {...props} options={usePurposes(props.value)} />;
}

/** The same with its label, where it stands by itself. */
export function PurposePanel({ id = "purpose", ...props }: Props) {
  const { t } = useTranslation();
  return (
    <section className="panel">
      <Form.Item
        label={t("surveys.edit.purpose")}
        htmlFor={id}
        layout="vertical"
        required
        extra={t("surveys.edit.purpose_hint")}
      >
        <PurposeSelect id={id} {...props} />
      </Form.Item>
    </section>
  );
}
