import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";

type Held = { id?: string; value?: number; onChange?: (survey: number) => void };

/** Questionnaires that have been published: one's own, and for offices those below. */
export function LibrarySelect({ id, value, onChange }: Held) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const surveys = $api.useQuery("get", "/api/v1/surveys", { params: { query: { limit: 200 } } });
  const options = surveys.data?.items
    .filter(({ published_at }) => published_at)
    .map(({ id: survey, title, question_count }) => ({
      value: survey,
      label: `${title[language] || title.zh}（${t("surveys.new.count", { count: question_count })}）`,
    }));
  return (
    <Select<number>
      {...(id !== undefined && { id })}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("ui.form.choose")}
      options={options ?? []}
      {...(value !== undefined && { value })}
      {...(onChange && { onChange })}
    />
  );
}
