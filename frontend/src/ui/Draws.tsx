import { App, Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../api/schema.gen";
import type { Address } from "./address";
import { chosen } from "./chosen";
import { dayText, percentText } from "./format";
import { Link } from "./Link";
import { Page } from "./Page";
import { RefusalAlert } from "./RefusalAlert";
import "./draws.css";

type Row = components["schemas"]["DrawRow"];
type Told = Omit<components["schemas"]["SpotDrawRead"], "lots">;
type Lot = Pick<components["schemas"]["SpotLotRead"], "number" | "lot" | "is_drawn">;

/** Which were drawn to be checked, year by year, whatever is drawn; `words` hold how this kind is spoken of. */
export function DrawnYears({ of, words, to }: { of: readonly Row[]; words: string; to: (id: number) => Address }) {
  const { t, i18n } = useTranslation();
  if (of.length === 0) return <p className="soft">{t("rooms.draws.none")}</p>;
  return (
    <ol className="lots">
      {of.map((each) => (
        <li key={each.id}>
          <h2>
            <Link to={to(each.id)}>
              {t(`${words}.of_year`, { year: each.year, party: chosen(each, "party", i18n.language) })}
            </Link>
          </h2>
          <p>{t(`${words}.drawn`, { count: each.size, day: dayText(each.drawn_at, i18n.language) })}</p>
        </li>
      ))}
    </ol>
  );
}

type Drawing = {
  name: string;
  due: string;
  warning: string;
  draw: () => Promise<unknown>;
  busy: boolean;
  error: unknown;
};

/** A year is drawn once, so it is asked before. */
export function DrawNow({ name, due, warning, draw, busy, error }: Drawing) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const ask = (): void => {
    modal.confirm({
      title: name,
      content: warning,
      okText: name,
      cancelText: t("ui.cancel"),
      onOk: () => draw().then(() => cache.invalidateQueries()),
    });
  };
  return (
    <section className="panel" aria-label={name}>
      <p>{due}</p>
      <RefusalAlert error={error} />
      <Button type="primary" size="large" loading={busy} onClick={ask}>
        {name}
      </Button>
    </section>
  );
}

type Replay<L extends Lot> = {
  of: Told & { lots: readonly L[] };
  words: string;
  crumb: { label: string; to: Address };
  /** What is said of one that was drawn of, beside its number and its lot. */
  children: (lot: L) => ReactNode;
};

/** One draw, with everything that anybody needs to draw again. */
export function DrawPage<L extends Lot>({ of, words, crumb, children }: Replay<L>) {
  const { t, i18n } = useTranslation();
  const title = { year: of.year, party: chosen(of, "party", i18n.language) };
  const share = percentText(Number(of.share), i18n.language);
  const rest = of.lots.filter(({ is_drawn }) => !is_drawn);
  return (
    <Page
      title={t(`${words}.of_year`, title)}
      subtitle={t(`${words}.drawn`, { count: of.size, day: dayText(of.drawn_at, i18n.language) })}
      crumbs={[crumb]}
    >
      <p className="prose">{t(`${words}.how`, { share, count: of.lots.length })}</p>
      <p>
        {t("rooms.draws.seed")} <code className="lot">{of.seed}</code>
      </p>
      <p className="soft">{of.source}</p>
      <Lots of={of.lots.filter(({ is_drawn }) => is_drawn)} said={children} />
      {rest.length > 0 && (
        <details>
          <summary>{t("rooms.draws.others", { count: rest.length })}</summary>
          <Lots of={rest} said={children} />
        </details>
      )}
    </Page>
  );
}

function Lots<L extends Lot>({ of, said }: { of: readonly L[]; said: (lot: L) => ReactNode }) {
  const { t } = useTranslation();
  return (
    <ol className="lots">
      {of.map((each) => (
        <li key={each.number} className={each.is_drawn ? "lot-drawn" : undefined}>
          {said(each)}
          <div className="soft">
            <span className="figures">{each.number}</span> · {t("rooms.draws.lot")}{" "}
            <code className="lot">{each.lot}</code>
          </div>
        </li>
      ))}
    </ol>
  );
}
