import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { percentText } from "../../ui/format";
import { worded } from "./SurveyFigures";

type WeightingRead = Omit<components["schemas"]["WeightingRead"], "uncovered">;
type Answer = components["schemas"]["AnswerRead"];

export function Weighting({ survey }: { survey: number }) {
  const params = { params: { path: { survey_id: survey } } };
  const { data } = $api.useQuery("get", "/api/v1/surveys/{survey_id}/findings", params);
  return data?.weighting ? <Weighted weighting={data.weighting} answers={data.answers} /> : null;
}

/** Whether the weights meet the margins and, where they do not, how far each is off. */
export function Weighted({ weighting, answers }: { weighting: WeightingRead; answers: Answer[] }) {
  const { t, i18n } = useTranslation();
  const { converged, effective_n: n, capped, gaps } = weighting;
  const nameOf = (margin: string): string =>
    margin === "community_code"
      ? t("surveys.figures.communities")
      : worded(answers.find(({ name }) => name === margin)?.label, i18n.language, margin);
  const groupOf = (margin: string, group: string): string =>
    worded(answers.find(({ name }) => name === margin)?.options[group], i18n.language, group);
  return (
    <section aria-labelledby="weighting">
      <h2 id="weighting">{t("surveys.figures.weighting")}</h2>
      <p>{t(converged ? "surveys.figures.met" : "surveys.figures.unmet", { n, capped })}</p>
      {!converged && (
        <ul>
          {gaps.map(({ margin, group, wanted, reached }) => (
            <li key={margin}>
              {t("surveys.figures.gap", {
                margin: nameOf(margin),
                group: groupOf(margin, group),
                wanted: percentText(Number(wanted), i18n.language),
                reached: percentText(Number(reached), i18n.language),
              })}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
