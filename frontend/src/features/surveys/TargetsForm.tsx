import { useQueryClient } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { CountField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Survey = components["schemas"]["SurveyRead"];
type Counts = Record<string, number>;

/** How many people each group of a question has in truth; answers are weighted to it. */
export function TargetsForm({ survey, leave }: { survey: Survey; leave: () => void }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const cache = useQueryClient();
  const margins = survey.definition.questions.filter(({ type, scale }) => type === "single" && !scale);
  const [margin, setMargin] = useState(survey.targets[0]?.margin ?? margins[0]?.name ?? "");
  const save = $api.useMutation("put", "/api/v1/surveys/{survey_id}/targets", {
    onSuccess: () => {
      leave();
      void cache.invalidateQueries();
    },
  });
  const send = (typed: Counts): Promise<unknown> => {
    const counts = Object.fromEntries(Object.entries(typed).filter(([, count]) => count));
    const others = survey.targets.filter((target) => target.margin !== margin);
    const own = Object.keys(counts).length > 0 ? [{ margin, counts }] : [];
    const params = { path: { survey_id: survey.id }, header: ifMatch(survey.version) };
    return save.mutateAsync({ params, body: { targets: [...others, ...own] } });
  };
  const question = margins.find(({ name }) => name === margin);
  return (
    <>
      <p className="soft">{t("surveys.targets.hint")}</p>
      <Select
        className="target-margin"
        aria-label={t("rooms.surveys.field.margin")}
        value={margin}
        onChange={setMargin}
        options={margins.map(({ name, label }) => ({ value: name, label: label[language] || label.zh }))}
      />
      <FormSheet<Counts>
        key={margin}
        initial={survey.targets.find((target) => target.margin === margin)?.counts ?? {}}
        send={send}
        sending={save.isPending}
        error={save.error}
        submit={t("action.save")}
        cancel={leave}
      >
        {question?.options.map(({ name, label }) => (
          <CountField key={name} name={name} label={label[language] || label.zh} />
        ))}
      </FormSheet>
    </>
  );
}
