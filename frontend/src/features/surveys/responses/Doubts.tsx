import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import { listText } from "../../../ui/format";
import { Place } from "../Place";
import { type Definition, numbersOf } from "./answered";

type Doubt = components["schemas"]["SuggestionRead"];

/** Why an answer may be unusable, with the facts, so that a person can judge. */
export function Doubts({ of, definition }: { of: readonly Doubt[]; definition: Definition }) {
  const { t } = useTranslation();
  if (of.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t("surveys.responses.doubts", { count: of.length })}
      description={
        <ul className="unsaid">
          {of.map((doubt) => (
            <li key={doubt.code}>
              <Sentence of={doubt} definition={definition} />
            </li>
          ))}
        </ul>
      }
    />
  );
}

function Sentence({ of: { code, facts }, definition }: { of: Doubt; definition: Definition }) {
  const { t, i18n } = useTranslation();
  const numbers = numbersOf(definition);
  const named = [facts["questions"] ?? []].flat();
  const questions = listText(
    named.map((name) => String(numbers.get(String(name)) ?? name)),
    i18n.language,
  );
  const colon = i18n.language.startsWith("en") ? ": " : "：";
  const place = facts["community_code"];
  return (
    <>
      <strong>{t(`rooms.surveys.quality.${code}`)}</strong>
      {code !== "other" &&
        code !== "outside_frame" &&
        `${colon}${t(`surveys.responses.doubt.${code}`, { ...facts, questions })}`}
      {place && (
        <>
          {colon}
          <Place code={String(place)} />
        </>
      )}
    </>
  );
}
