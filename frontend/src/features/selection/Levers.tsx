import { ExperimentOutlined, UndoOutlined } from "@ant-design/icons";
import { Button, Checkbox, InputNumber } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMedia } from "../../ui/media";
import { FILTERS, type Direction, type TryOut, isTried } from "./tryOut";
import { CRITERIA, type Criterion } from "./weights";

type Props = { tryOut: TryOut; direction: Direction; budget: string | null };

/** What if? Weights, budget and conditions to play with; folded away until wanted where they stand above the ranking. */
export function Levers(props: Props) {
  const { t } = useTranslation();
  const above = useMedia("(max-width: 1099px)");
  const [unfolded] = useState(isTried(props.tryOut.tried));
  const title = (
    <>
      <ExperimentOutlined aria-hidden /> {t("selection.try.title")}
    </>
  );
  if (above) {
    return (
      <details className="levers" open={unfolded}>
        <summary>{title}</summary>
        <Inside {...props} />
      </details>
    );
  }
  return (
    <aside className="levers" aria-label={t("selection.try.title")}>
      <h2>{title}</h2>
      <Inside {...props} />
    </aside>
  );
}

function Inside({ tryOut, direction, budget }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <p className="soft">{t("selection.try.how")}</p>
      <fieldset>
        <legend>{t("selection.try.weights")}</legend>
        {CRITERIA.map((criterion) => (
          <Slider key={criterion} criterion={criterion} tryOut={tryOut} />
        ))}
      </fieldset>
      {direction.from === "needs" && <Budget tryOut={tryOut} published={budget} />}
      <fieldset>
        <legend>{t("selection.try.filters")}</legend>
        {FILTERS.map((filter) => (
          <Checkbox
            key={filter}
            checked={!tryOut.tried.without.includes(filter)}
            onChange={({ target }) => tryOut.skip(filter, !target.checked)}
          >
            {t(`selection.filter.${filter}`)}
          </Checkbox>
        ))}
      </fieldset>
      <div className="levers-foot">
        <Button block icon={<UndoOutlined aria-hidden />} disabled={!isTried(tryOut.tried)} onClick={tryOut.untry}>
          {t("selection.try.reset")}
        </Button>
      </div>
    </>
  );
}

function Slider({ criterion, tryOut }: { criterion: Criterion; tryOut: TryOut }) {
  const { t } = useTranslation();
  const id = useId();
  if (!tryOut.shares || !tryOut.usual) return null;
  const [share, usual] = [tryOut.shares[criterion], tryOut.usual[criterion]];
  return (
    <div className="slider">
      <label htmlFor={id}>{t(`selection.criterion.${criterion}`)}</label>
      <span className="figures" aria-hidden>
        {share}%{share !== usual && <span className="soft"> {t("selection.try.usual", { share: usual })}</span>}
      </span>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        step={1}
        value={share}
        aria-valuetext={`${share}%`}
        onChange={({ target }) => tryOut.weigh(criterion, Number(target.value))}
      />
    </div>
  );
}

function Budget({ tryOut, published }: { tryOut: TryOut; published: string | null }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="try-budget">
      <label htmlFor={id}>{t("selection.try.budget")}</label>
      <InputNumber<string>
        id={id}
        stringMode
        min="0"
        max="999999999999"
        precision={2}
        step="1000"
        prefix="¥"
        value={tryOut.tried.budget ?? published}
        onChange={(value) => tryOut.afford(value === null || Number(value) === Number(published) ? null : value)}
      />
    </div>
  );
}
