import { EnterAnswers } from "../features/surveys/entry/EnterAnswers";
import { faults, reading } from "../questionnaire/answers";
import { today } from "../questionnaire/today";

const ENGINE = { reading, faults, today };

/** Keying in paper by the residents' own rules: the two rooms meet only here. */
export default function EnterAnswersPage() {
  return <EnterAnswers engine={ENGINE} />;
}
