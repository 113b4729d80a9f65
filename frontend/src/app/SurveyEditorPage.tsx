import { SurveyEditor } from "../features/surveys/SurveyEditor";
import { SurveyPreview } from "./SurveyPreview";

/** The editor of questionnaires beside the residents' own page: the two rooms meet only here. */
export default function SurveyEditorPage() {
  return <SurveyEditor preview={SurveyPreview} />;
}
