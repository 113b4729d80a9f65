/** A questionnaire as the API sends it (app/surveys/questionnaires/definition.py): a survey's, or a notice's to bidders. */
import type { Language } from "../api/refusal";
import type { components } from "../api/schema.gen";

export type Label = components["schemas"]["Label"];
export type Choice = Pick<components["schemas"]["Option"], "name" | "label">;
export type Question = components["schemas"]["Question"];
export type Definition = components["schemas"]["SurveyDefinition"];

export type Answer = string | number | string[] | Record<string, string>;
export type Answers = Record<string, Answer>;

/** Text in the reader's language; what nobody has translated yet is shown in Chinese. */
export const inLanguage = (label: Label, language: Language): string => (language === "en" && label.en) || label.zh;
