import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../api/request";
import { chosen } from "../../ui/chosen";
import { inner, usePhrase } from "./phrase";
import { pointsOf } from "./reading";
import type { Direction, Ranking, TryOut } from "./tryOut";

type Found = { id: number; title: string; ref: string | null };
const ENOUGH = 20;

/** "Why is X not here?": look for it by name, and be told in one sentence. */
export function WhyNot({
  of,
  to,
  tryOut,
  onShow,
}: {
  of: Ranking;
  to: Direction["to"];
  tryOut: TryOut;
  onShow: () => void;
}) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const found = useQuery({
    queryKey: ["why not", to, words],
    queryFn: () => request<{ items: Found[] }>(`/api/v1/${to}`, { query: { q: words, limit: ENOUGH } }),
    placeholderData: (before) => before,
  });
  const options = (found.data?.items ?? []).map((each) => ({
    value: each.id,
    label: each.ref ? `${each.title} · ${each.ref}` : each.title,
  }));
  const answered = of.absence && of.absence.id === tryOut.about ? of.absence : null;
  return (
    <section className="why-not" aria-labelledby="why-not">
      <h2 id="why-not">{t(`selection.why_not.${to}`)}</h2>
      <Select
        className="why-not-which"
        showSearch={{ filterOption: false, onSearch: setWords }}
        allowClear
        value={tryOut.about}
        aria-label={t(`selection.why_not.pick_${to}`)}
        placeholder={t(`selection.why_not.pick_${to}`)}
        options={options}
        notFoundContent={t("selection.why_not.nothing")}
        loading={found.isFetching}
        onChange={(id: number | undefined) => tryOut.setAbout(id ?? null)}
      />
      <div aria-live="polite">{answered && <Answer of={answered} rows={of.rows} onShow={onShow} />}</div>
    </section>
  );
}

type Absence = NonNullable<Ranking["absence"]>;

function Answer({ of, rows, onShow }: { of: Absence; rows: Ranking["rows"]; onShow: () => void }) {
  const { t, i18n } = useTranslation();
  const phrase = usePhrase();
  const shown = rows.find(({ id }) => id === of.id);
  const facts = { title: inner(of.title), party: chosen(of, "party", i18n.language) };
  if (of.reason === "unknown") return <p className="answer">{t("selection.why_not.unknown")}</p>;
  if (of.reason === "below_top" || of.reason === "listed") {
    const standing = { place: of.place ?? shown?.place, score: pointsOf(of.score ?? shown?.score ?? 0) };
    const tied = of.reason === "below_top" && of.place === rows.at(-1)?.place;
    return (
      <p className="answer">
        {t(`selection.why_not.${tied ? "below_tied" : of.reason}`, { ...facts, ...standing, shown: rows.length })}{" "}
        {shown && (
          <a href={`#row-${of.id}`} onClick={onShow}>
            {t("selection.why_not.show")}
          </a>
        )}
      </p>
    );
  }
  const why = phrase({ code: `filter_${of.reason}`, facts: of.facts });
  return (
    <p className="answer">
      {t("selection.why_not.filtered", { ...facts, filter: t(`selection.filter.${of.reason}`), why })}
    </p>
  );
}
