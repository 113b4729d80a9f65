import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";

type Purpose = components["schemas"]["SurveyPurpose"];
const PURPOSES: readonly Purpose[] = ["need", "willingness", "feedback", "acceptance", "satisfaction", "call_back"];
type Props = { id?: string; value?: Purpose; onChange?: (purpose: Purpose) => void };

/** The purposes with their words, in the order of a season. */
export function usePurposes(): { value: Purpose; label: string }[] {
  const { t } = useTranslation();
  return PURPOSES.map((value) => ({ value, label: t(`rooms.surveys.purpose.${value}`) }));
}

/** What for residents are asked. */
export function PurposeSelect(props: Props) {
  return <Select {...props} options={usePurposes()} />;
}

/** The same with its label, where it stands by itself. */
export function PurposePanel(props: Props) {
  const { t } = useTranslation();
  return (
    <section className="panel">
      <Form.Item label={t("surveys.edit.purpose")} htmlFor="purpose" required extra={t("surveys.edit.purpose_hint")}>
        <PurposeSelect id="purpose" {...props} />
      </Form.Item>
    </section>
  );
}
