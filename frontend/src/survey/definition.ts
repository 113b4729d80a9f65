/** A questionnaire as the API sends it (app/surveys/questionnaires/definition.py) and what belongs to it on these pages. */
import type { AnswerOf } from "../api/paths";
import type { Language } from "../api/refusal";
import type { components } from "../api/schema.gen";

export type Label = components["schemas"]["Label"];
export type Choice = Pick<components["schemas"]["Option"], "name" | "label">;
export type Question = components["schemas"]["Question"];
export type Definition = components["schemas"]["SurveyDefinition"];
/** District first, the community last. */
export type Place = components["schemas"]["Place"];
export type Answering = components["schemas"]["AnsweringRead"];
export type Outcome = Pick<components["schemas"]["NeedRow"], "id" | "title" | "status">;

export type Answer = string | number | string[] | Record<string, string>;
export type Answers = Record<string, Answer>;
/** The API leaves open what an answer is: it is checked against the questionnaire. */
export type Receipt = AnswerOf<"/api/v1/surveys/receipts/{code}"> & { answers: Answers };

/** Text in the reader's language; what nobody has translated yet is shown in Chinese. */
export const inLanguage = (label: Label, language: Language): string => (language === "en" && label.en) || label.zh;
