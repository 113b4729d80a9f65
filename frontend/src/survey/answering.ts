/** What the residents' pages get from the API beside the questionnaire. */
import type { AnswerOf } from "../api/paths";
import type { components } from "../api/schema.gen";
import type { Answers } from "../questionnaire/definition";

/** District first, the community last. */
export type Place = components["schemas"]["Place"];
export type Answering = components["schemas"]["AnsweringRead"];
export type Outcome = components["schemas"]["OutcomeRead"];
/** The API leaves open what an answer is: it is checked against the questionnaire. */
export type Receipt = AnswerOf<"/api/v1/surveys/receipts/{code}"> & { answers: Answers };
