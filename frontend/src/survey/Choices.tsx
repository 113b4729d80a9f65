import { tapped } from "../questionnaire/answers";
import { type Choice, type Question, inLanguage } from "../questionnaire/definition";
import { today } from "../questionnaire/today";
import { useLanguage, useSay } from "./words";

type Props<V> = { question: Question; options: readonly Choice[]; value: V; onChange: (value: V) => void };

export function Single({ question, options, value, onChange }: Props<string | undefined>) {
  const language = useLanguage();
  if (question.scale) {
    return <Scale name={question.name} options={options} value={value} onChange={onChange} />;
  }
  return (
    <div className="options">
      {options.map(({ name, label }) => (
        <label key={name} className="option">
          <input type="radio" name={question.name} checked={value === name} onChange={() => onChange(name)} />
          <span className="mark" aria-hidden="true" />
          <span>{inLanguage(label, language)}</span>
        </label>
      ))}
    </div>
  );
}

export function Multi({ question, options, value, onChange }: Props<readonly string[]>) {
  const language = useLanguage();
  const say = useSay();
  const limit = question.max_select ?? null;
  const after = (name: string): string[] => tapped(question, value, name, today());
  const isSaid = /多选|最多/.test(question.label.zh);
  const rule =
    limit === null
      ? isSaid
        ? ""
        : say("several")
      : say(isSaid ? "chosen" : "up_to", { max: limit, count: value.length });
  return (
    <>
      {rule && (
        <p className="soft count" aria-live="polite">
          {rule}
        </p>
      )}
      <div className="options">
        {options.map(({ name, label }) => (
          <label key={name} className="option">
            <input
              type="checkbox"
              name={question.name}
              checked={value.includes(name)}
              disabled={limit !== null && after(name).length > Math.max(limit, value.length)}
              onChange={() => onChange(after(name))}
            />
            <span className="mark mark-box" aria-hidden="true" />
            <span>{inLanguage(label, language)}</span>
          </label>
        ))}
      </div>
    </>
  );
}

type ScaleProps = {
  name: string;
  options: readonly Choice[];
  value: string | undefined;
  onChange: (value: string) => void;
};

/** How wide the widest label sets, in em: Chinese may break in two lines anywhere, a Latin word may not break. */
export function widthOf(labels: readonly string[]): number {
  const widths = labels.map((label) =>
    /[\u4e00-\u9fff]/.test(label)
      ? Math.ceil(label.length / 2)
      : Math.max(...label.split(/\s+/).map((word) => word.length)) * 0.6,
  );
  return Math.max(...widths);
}

/** An ordered scale: in one row where every label has room, otherwise as a list. Never half and half. */
function Scale({ name, options, value, onChange }: ScaleProps) {
  const language = useLanguage();
  const labels = options.map(({ label }) => inLanguage(label, language));
  const needed = `calc(${options.length * widthOf(labels)}em + ${options.length * 11}px)`;
  return (
    <div className="scale" style={{ "--needed": needed } as React.CSSProperties}>
      {options.map((option, place) => (
        <label key={option.name} className="step">
          <input type="radio" name={name} checked={value === option.name} onChange={() => onChange(option.name)} />
          <span className="step-face">{labels[place]}</span>
        </label>
      ))}
    </div>
  );
}

export function Matrix({ question, options, value, onChange }: Props<Record<string, string>>) {
  const language = useLanguage();
  return (
    <div className="matrix">
      {(question.rows ?? []).map(({ name, label }) => (
        <fieldset key={name} className="matrix-row">
          <legend>{inLanguage(label, language)}</legend>
          <Scale
            name={`${question.name}.${name}`}
            options={options}
            value={value[name]}
            onChange={(chosen) => onChange({ ...value, [name]: chosen })}
          />
        </fieldset>
      ))}
    </div>
  );
}

type RankingProps = Props<readonly string[]> & { places: number };

/** Tap to rank: works with a thumb, a keyboard and a screen reader alike, with nothing to drag. */
export function Ranking({ options, value, places, onChange }: RankingProps) {
  const language = useLanguage();
  const say = useSay();
  const isFull = value.length >= places;
  const tap = (name: string): void =>
    onChange(value.includes(name) ? value.filter((one) => one !== name) : [...value, name]);
  return (
    <>
      <p className="soft count">
        {say("rank_count", { count: places })} · {say("rank_hint")}
      </p>
      <div className="options">
        {options.map(({ name, label }) => {
          const place = value.indexOf(name) + 1;
          return (
            <button
              key={name}
              type="button"
              className="option rank"
              aria-pressed={place > 0}
              disabled={isFull && place === 0}
              onClick={() => tap(name)}
            >
              <span className="mark mark-rank" aria-hidden="true">
                {place || ""}
              </span>
              <span>{inLanguage(label, language)}</span>
              <span className="hidden">{place > 0 ? say("rank_place", { place }) : say("rank_none")}</span>
            </button>
          );
        })}
      </div>
      {value.length > 0 && (
        <button type="button" className="link" onClick={() => onChange([])}>
          {say("rank_again")}
        </button>
      )}
    </>
  );
}
