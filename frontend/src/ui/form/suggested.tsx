/** Choices with what the title and the description beside them seem to speak of: one click takes it. */
import { PlusOutlined } from "@ant-design/icons";
import { keepPreviousData } from "@tanstack/react-query";
import { Button, Form } from "antd";
import { useId, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useTerms } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { useSettled } from "../useSettled";
import { CategoriesSelect, CategorySelect, type Held, PopulationSelect } from "./choices";

type Found = components["schemas"]["TermsSuggested"];
type Kind = keyof Found;
type Written = { title?: string; description?: string };

const PAUSE = 700; // so that nothing is asked while somebody types
const NOTHING: Found = { categories: [], populations: [] };

/** What is suggested for the text of this form, or that nothing could be asked; what was asked last stays meanwhile. */
function useSuggestions(): { found: Found; hasFailed: boolean } {
  const form = Form.useFormInstance<Written>();
  const title = Form.useWatch("title", form)?.trim() ?? "";
  const description = Form.useWatch("description", form)?.trim() ?? "";
  const body = useSettled(
    useMemo(() => ({ title, description }), [title, description]),
    PAUSE,
  );
  const isBlank = body.title === "" && body.description === "";
  const asked = $api.useQuery(
    "post",
    "/api/v1/taxonomy/suggest",
    { body },
    { enabled: !isBlank, staleTime: Number.POSITIVE_INFINITY, placeholderData: keepPreviousData, retry: false },
  );
  return { found: (!isBlank && asked.data) || NOTHING, hasFailed: !isBlank && asked.isError };
}

type Props = { kind: Kind; field: string | undefined; left: (code: string) => boolean; take: (code: string) => void };

/** The reader of a screen hears of it, and goes on from the field that what was taken went into. */
function Suggested({ kind, field, left, take }: Props) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const heading = useId();
  const { found, hasFailed } = useSuggestions();
  const offered = found[kind].filter(({ code }) => left(code));
  return (
    <div className="suggested" aria-live="polite">
      {hasFailed && kind === "categories" && <span className="soft">{t("ui.form.unsuggested")}</span>}
      {offered.length > 0 && (
        <>
          <span className="soft" id={heading}>
            {t("ui.form.suggested")}
          </span>
          <ul aria-labelledby={heading}>
            {offered.map(({ code, words }) => (
              <li key={code}>
                <Button
                  type="dashed"
                  icon={<PlusOutlined aria-hidden />}
                  onClick={() => {
                    take(code);
                    if (field) document.getElementById(field)?.focus();
                  }}
                >
                  {t("ui.form.suggested_by", { term: term(code), words: words.join(t("ui.form.comma")) })}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** One service. */
export function SuggestedCategory(held: Held<string>) {
  return (
    <>
      <CategorySelect {...held} />
      <Suggested
        kind="categories"
        field={held.id}
        left={(code) => code !== held.value}
        take={(code) => held.onChange?.(code)}
      />
    </>
  );
}

const several = (kind: Kind, { id, value, onChange }: Held<string[]>) => (
  <Suggested
    kind={kind}
    field={id}
    left={(code) => !value?.includes(code)}
    take={(code) => onChange?.([...(value ?? []), code])}
  />
);

export const SuggestedCategories = (held: Held<string[]>) => (
  <>
    <CategoriesSelect {...held} />
    {several("categories", held)}
  </>
);

export const SuggestedPopulations = (held: Held<string[]>) => (
  <>
    <PopulationSelect {...held} />
    {several("populations", held)}
  </>
);
