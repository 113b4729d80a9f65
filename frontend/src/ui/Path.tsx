import { CheckCircleFilled, CloseCircleFilled, ClockCircleOutlined, MinusCircleOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../api/schema.gen";
import { Deadline } from "./Deadline";
import { dayText, moneyText, numberText, percentText } from "./format";
import { Link } from "./Link";
import "./path.css";

type NeedPath = components["schemas"]["NeedPathRead"];
type Way = Pick<
  NeedPath,
  "choice" | "award" | "contract" | "willingness" | "milestones" | "satisfaction" | "acceptance"
>;
type Stage = Pick<NeedPath["contract"], "state" | "why" | "at">;
export type Step = { name: string; stage: Stage; says: ReactNode };

const MARKS = {
  done: CheckCircleFilled,
  under_way: ClockCircleOutlined,
  ended: CloseCircleFilled,
  not_reached: MinusCircleOutlined,
};

/** Stages from top to bottom: a mark and a word for how each stands, one sentence, the day; then what comes next. */
export function Path({ steps, next }: { steps: readonly Step[]; next: NeedPath["next"] }) {
  const { t, i18n } = useTranslation();
  return (
    <ol className="path">
      {steps.map(({ name, stage, says }) => {
        const Mark = MARKS[stage.state];
        return (
          <li key={name} className={`path-${stage.state}`}>
            <span className="path-mark" aria-hidden>
              <Mark />
            </span>
            <span className="path-name">{t(`rooms.paths.stage.${name}`)}</span>
            <span className="path-says">
              {name !== "evidence" && <span className="path-state">{t(`rooms.paths.state.${stage.state}`)}</span>}
              {says}
            </span>
            <span className="path-day soft figures">{stage.at && dayText(stage.at, i18n.language)}</span>
          </li>
        );
      })}
      {next && (
        <li className="path-next">
          <span className="path-name">{t("rooms.paths.next")}</span>
          <span className="path-says">
            {t(`rooms.paths.step.${next.step}`)}{" "}
            {next.due_at && <Deadline at={next.due_at} rule={next.rule || undefined} compact />}
          </span>
        </li>
      )}
    </ol>
  );
}

/** The sentences from the choice to what residents say, as far as they are public. */
export function useWay(): (way: Way) => Step[] {
  const says = {
    choice: useChoice(),
    award: useAward(),
    contract: useContract(),
    willingness: useWillingness(),
    satisfaction: useSatisfaction(),
    progress: useProgress(),
  };
  return (way) => [
    { name: "choice", stage: way.choice, says: says.choice(way.choice) },
    ...(way.award ? [{ name: "award", stage: way.award, says: says.award(way.award) }] : []),
    { name: "contract", stage: way.contract, says: says.contract(way.contract) },
    ...(way.willingness
      ? [{ name: "willingness", stage: way.willingness, says: says.willingness(way.willingness) }]
      : []),
    { name: "milestones", stage: way.milestones, says: says.progress.milestones(way.milestones) },
    ...(way.satisfaction
      ? [{ name: "satisfaction", stage: way.satisfaction, says: says.satisfaction(way.satisfaction) }]
      : []),
    { name: "acceptance", stage: way.acceptance, says: says.progress.acceptance(way.acceptance) },
  ];
}

function useWhy(): (stage: Stage) => ReactNode {
  const { t } = useTranslation();
  return (stage) => stage.why && <span className="path-why">{t(`rooms.paths.why.${stage.why}`)}</span>;
}

/** The organisation, with a link to its page where it has a public one. */
export function Partner({ of }: { of: NonNullable<Way["contract"]["partner"]> }) {
  const { i18n } = useTranslation();
  const name = i18n.language === "en" ? of.name_en : of.name_zh;
  return of.id ? <Link to={`/organizations/${of.id}`}>{name}</Link> : <>{name}</>;
}

function useChoice(): (choice: Way["choice"]) => ReactNode {
  const { t, i18n } = useTranslation();
  const why = useWhy();
  const en = i18n.language === "en";
  return (of) => (
    <>
      {of.round_id && (
        <>
          {t(`rooms.paths.says.${of.partner ? "through" : "round"}`)}{" "}
          <Link to={`/rounds/${of.round_id}`}>{en ? of.round_en : of.round_zh}</Link>{" "}
        </>
      )}
      {of.partner && (
        <>
          {t("rooms.paths.says.with")} <Partner of={of.partner} /> {t("rooms.paths.says.paired")}{" "}
        </>
      )}
      {of.offer_id && <Link to={`/offers/${of.offer_id}`}>{of.offer_title}</Link>}{" "}
      {of.tender_id && (
        <span>
          {t("rooms.paths.says.listed")} <Link to={`/tenders/${of.tender_id}`}>{en ? of.tender_en : of.tender_zh}</Link>{" "}
          <span className="soft">
            {of.lot} {en ? of.lot_en : of.lot_zh}
          </span>
        </span>
      )}{" "}
      {why(of)}
    </>
  );
}

function useAward(): (award: NonNullable<Way["award"]>) => ReactNode {
  const { t, i18n } = useTranslation();
  const why = useWhy();
  return (of) => {
    if (!of.partner || !of.place) return of.state === "under_way" ? t("rooms.paths.says.sealed") : why(of);
    return (
      <>
        <Partner of={of.partner} />{" "}
        {t("rooms.paths.says.placed", { of: of.of, place: of.place, score: Number(of.score).toFixed(2) })}{" "}
        {of.amount && <span className="figures">{moneyText(of.amount, i18n.language)}</span>}{" "}
        <span className="soft">{t(`rooms.awards.status.awards.${of.status}`)}</span>
      </>
    );
  };
}

function useContract(): (contract: Way["contract"]) => ReactNode {
  const { t, i18n } = useTranslation();
  const why = useWhy();
  return (of) => {
    if (!of.partner || !of.starts_on || !of.ends_on || of.why) {
      return of.state === "under_way" ? t("rooms.paths.says.to_sign") : why(of);
    }
    return (
      <>
        <Partner of={of.partner} />{" "}
        {of.amount && <span className="figures">{moneyText(of.amount, i18n.language)}</span>}{" "}
        <span className="soft">
          {t("rooms.paths.says.period", {
            from: dayText(of.starts_on, i18n.language),
            until: dayText(of.ends_on, i18n.language),
          })}
        </span>
      </>
    );
  };
}

/** What residents said before the service started, by which way of asking and which rule. */
function useWillingness(): (said: NonNullable<Way["willingness"]>) => ReactNode {
  const { t, i18n } = useTranslation();
  const count = (value: number) => numberText(value, i18n.language);
  return ({ said, method, answers, ayes, rule }) => (
    <>
      {t(`rooms.paths.says.willing.${said}`)} · {t(`rooms.voices.method.${method}`)}
      {answers !== null &&
        ` · ${t(`rooms.paths.says.willing.${ayes === null ? "answers" : "counts"}`, {
          answers: count(answers),
          ayes: count(ayes ?? 0),
        })}`}{" "}
      {rule && <span className="soft">{rule}</span>}
    </>
  );
}

/** How content those are whom the service reached, by a sample of them. */
function useSatisfaction(): (said: NonNullable<Way["satisfaction"]>) => ReactNode {
  const { t, i18n } = useTranslation();
  const percent = (value: string) => percentText(Number(value), i18n.language);
  return ({ state, answers, share, low, high }) => {
    if (state !== "done") return t("rooms.paths.says.content.asked");
    if (answers === null) return t("rooms.paths.says.content.few");
    const told = { answers: numberText(answers, i18n.language) };
    if (!share || !low || !high) return t("rooms.paths.says.content.answers", told);
    return t("rooms.paths.says.content.counts", {
      ...told,
      share: percent(share),
      low: percent(low),
      high: percent(high),
    });
  };
}

function useProgress() {
  const { t, i18n } = useTranslation();
  const why = useWhy();
  const count = (value: number) => numberText(value, i18n.language);
  return {
    milestones: (of: Way["milestones"]): ReactNode => (
      <>
        {of.paid && of.amount && (
          <span>
            {t("rooms.paths.says.milestones", {
              met: of.met,
              total: of.total,
              paid: moneyText(of.paid, i18n.language),
              amount: moneyText(of.amount, i18n.language),
            })}
          </span>
        )}{" "}
        {why(of)}
      </>
    ),
    acceptance: (of: Way["acceptance"]): ReactNode => {
      if (of.said === "undecided")
        return of.state === "under_way" && t("rooms.paths.says.asking", { count: of.required_answers ?? 0 });
      if (of.answers === null) return t(`rooms.paths.says.${of.said}_plain`);
      if (of.accepting === null) return t(`rooms.paths.says.${of.said}_few`, { answers: count(of.answers) });
      return t(`rooms.paths.says.${of.said}`, {
        answers: count(of.answers),
        accepting: count(of.accepting),
        share: percentText(of.accepting / of.answers, i18n.language),
      });
    },
  };
}
