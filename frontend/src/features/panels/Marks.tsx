import { InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import type { Marks as Given } from "./useSheet";

type Criterion = components["schemas"]["app__tenders__panels__schemas__CriterionRead"];
type Props = {
  criteria: readonly Criterion[];
  marks: Given;
  /** Left out where the sheet can only be read. */
  onChange?: ((code: string, mark: string | null) => void) | undefined;
};

/** One line for each criterion: what it is, the mark, and out of how many. */
export function Marks({ criteria, marks, onChange }: Props) {
  const { i18n } = useTranslation();
  return (
    <ol className="marks">
      {criteria.map((criterion) => {
        const label = chosen(criterion, "label", i18n.language);
        const maximum = String(Number(criterion.maximum));
        return (
          <li key={criterion.code}>
            <span>
              {criterion.code} {label}
            </span>
            <span className="figures">
              {onChange ? (
                <InputNumber<string>
                  stringMode
                  aria-label={`${criterion.code} ${label}`}
                  inputMode="decimal"
                  size="large"
                  min="0"
                  max={maximum}
                  value={marks[criterion.code] ?? null}
                  onChange={(mark) => onChange(criterion.code, mark === null ? null : String(mark))}
                />
              ) : (
                Number(marks[criterion.code] ?? 0)
              )}{" "}
              / {maximum}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
