import { useTranslation } from "react-i18next";
import { useTerms } from "../../api/reference";
import { moneyText } from "../../ui/format";

type Said = { code: string; facts: Readonly<Record<string, unknown>> };

/** A reason or a failed filter as a sentence, from its code and facts. */
export function usePhrase(): (said: Said) => string {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const comma = t("selection.comma");
  const word = (shared: string): string => {
    const [need, offer] = shared.split("=");
    return offer ? t("selection.reason.same_meaning", { need, offer }) : shared;
  };
  return ({ code, facts }) => {
    const spoken = Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name,
        spell(name, value, { term, word, comma, language: i18n.language }),
      ]),
    );
    const reason = t(`selection.reason.${code}`, spoken);
    const sentence = inner(spoken["sentence"] ?? "");
    const said = sentence ? t("selection.reason.closest_sentence", { said: reason, sentence }) : reason;
    return OVERRULED.filter((side) => `${side}_entered` in facts).reduce(
      (all, side) => t(`selection.reason.${side}_overruled`, { ...spoken, said: all }),
      said,
    );
  };
}

/** Whose entered category its own text speaks against. */
const OVERRULED = ["need", "offer"] as const;

const MONEY = new Set(["budget", "price"]);
const TERMS = new Set(["need", "offer", "need_entered", "need_reads", "offer_entered", "offer_reads"]);

type Spelling = {
  term: (code: string) => string;
  /** A shared word; `x=y` where the offer says y for what the need calls x. */
  word: (shared: string) => string;
  comma: string;
  language: string;
};

function spell(name: string, value: unknown, { term, word, comma, language }: Spelling): string {
  if (Array.isArray(value)) {
    const spelled = TERMS.has(name) ? term : name === "words" ? word : String;
    return value.map((item) => spelled(String(item))).join(comma);
  }
  if (value === null || value === undefined) return "";
  if (MONEY.has(name)) return moneyText({ amount: String(value), currency: "CNY" }, language);
  return TERMS.has(name) ? term(String(value)) : String(value);
}

/** A title that stands between quotation marks: those of its own become inner ones. */
export const inner = (title: string): string => title.replaceAll("“", "‘").replaceAll("”", "’");
