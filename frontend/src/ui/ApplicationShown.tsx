import { useTranslation } from "react-i18next";
import { languageOf } from "../api/refusal";
import { useTerms } from "../api/reference";
import type { components } from "../api/schema.gen";
import { inLanguage, type Question } from "../questionnaire/definition";
import { amountText, moneyText, type MoneyValue } from "./format";
import "./application.css";

type Application = components["schemas"]["Application-Output"];
type Form = components["schemas"]["ApplicationForm"];
type PartName = components["schemas"]["PartAsked"]["part"];
type Holds = "text" | "count" | "money" | "population";

/** What each column of a part holds, in the order in which it is read. */
const COLUMNS: { [Part in PartName]: Partial<Record<keyof Application[Part][number] & string, Holds>> } = {
  targets: { indicator: "text", number: "count", unit: "text" },
  activities: { month: "text", activity: "text", place: "text", people: "count" },
  people_served: { group_code: "population", people: "count" },
  team: { person: "text", duty: "text", certificate: "text" },
  budget: { heading: "text", detail: "text", unit_price: "money", quantity: "count", amount: "money" },
  cofunding: { source: "text", amount: "money" },
  risks: { risk: "text", response: "text" },
};

type Props = { of: { plan: string; application?: Application | null | undefined }; form: Form | null | undefined };

/** What was handed in, to be read: answers to the notice's questions, then each part as a table. */
export function ApplicationShown({ of: { plan, application }, form }: Props) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="said" className="panel application">
      <h2 id="said">{t("ui.application.title")}</h2>
      {plan && <p className="prose">{plan}</p>}
      {!plan && !application && <p className="soft">{t("ui.application.none")}</p>}
      {application && <Answers of={application.answers} to={form?.questions?.questions ?? []} />}
      {application &&
        form?.parts
          .filter(({ part }) => application[part].length > 0)
          .map(({ part }) => <Part key={part} name={part} lines={application[part]} />)}
    </section>
  );
}

function Answers({ of, to }: { of: Application["answers"]; to: readonly Question[] }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const said = ({ options }: Question, answer: unknown): string => {
    const option = options.find(({ name }) => name === answer);
    return option ? inLanguage(option.label, language) : String(answer);
  };
  return (
    <dl>
      {to
        .filter(({ name }) => of[name] !== undefined)
        .map((question) => (
          <div key={question.name}>
            <dt>{inLanguage(question.label, language)}</dt>
            <dd className="prose">
              {[of[question.name]]
                .flat()
                .map((one) => said(question, one))
                .join(t("ui.application.comma"))}
            </dd>
          </div>
        ))}
    </dl>
  );
}

const side = (holds: Holds): string => (holds === "count" || holds === "money" ? "figures right" : "");

function Part({ name, lines }: { name: PartName; lines: readonly object[] }) {
  const { t } = useTranslation();
  const cell = useCell();
  const columns = Object.entries(COLUMNS[name]);
  const called = (column: string): string => t(`rooms.bids.field.${column}`);
  return (
    <table>
      <caption>{t(`rooms.bids.part.${name}`)}</caption>
      <thead>
        <tr>
          {columns.map(([column, holds]) => (
            <th key={column} scope="col" className={side(holds)}>
              {called(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines of a document have no other name
          <tr key={at}>
            {columns.map(([column, holds]) => (
              <td key={column} data-called={called(column)} className={side(holds)}>
                {cell(holds, (line as Record<string, unknown>)[column])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A value of a line in words. */
function useCell(): (holds: Holds, value: unknown) => string {
  const { i18n } = useTranslation();
  const term = useTerms(i18n.language);
  return (holds, value) => {
    if (value === null || value === undefined || value === "") return "—";
    if (holds === "money") return moneyText(value as MoneyValue, i18n.language);
    if (holds === "count") return amountText(String(value));
    return holds === "population" ? term(String(value)) : String(value);
  };
}
