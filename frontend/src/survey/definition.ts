/** A questionnaire as the API sends it (app/surveys/questionnaires/definition.py) and what belongs to it on these pages. */
import type { Language } from "../api/refusal";

export type Label = { zh: string; en?: string };
export type Choice = { name: string; label: Label };
export type QuestionType = "single" | "multi" | "ranking" | "rating_matrix" | "number" | "date" | "open" | "note";
export type Question = {
  name: string;
  type: QuestionType;
  label: Label;
  hint?: Label | null;
  required?: boolean;
  shown_if?: string | null;
  constraint?: string | null;
  constraint_message?: Label | null;
  options?: Choice[];
  rows?: Choice[];
  max_select?: number | null;
  rank_count?: number | null;
  derived_from?: string | null;
  scale?: boolean;
  whole?: boolean;
};
export type Definition = { title: Label; intro?: Label | null; questions: Question[] };
/** District first, the community last. */
export type Place = { name: string; path: string[] };
export type Wave = { community: Place; closes_at: string | null; open: boolean };
export type Answering = { survey_id: number; survey: Definition; wave: Wave; demonstration: boolean };

export type Answer = string | number | string[] | Record<string, string>;
export type Answers = Record<string, Answer>;
export type Outcome = { id: number; title: string; status: string };
export type Receipt = Answering & {
  answers: Answers;
  status: string;
  submitted_at: string;
  actions: string[];
};

/** Text in the reader's language; what nobody has translated yet is shown in Chinese. */
export const inLanguage = (label: Label, language: Language): string => (language === "en" && label.en) || label.zh;
