import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Wishes } from "./Wishes";

type Round = components["schemas"]["RoundRead"];
type Own = components["schemas"]["PreferencesRead"];

/** The reader's own needs or offers in this round, each with its list of wishes. */
export function OwnLists({ round }: { round: Round }) {
  const lists = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/preferences", {
    params: { path: { round_id: round.id } },
  });
  const [first] = lists.data ?? [];
  return lists.data && first ? <Listed round={round} own={lists.data} side={first.side} /> : null;
}

function Listed({ round, own, side }: { round: Round; own: readonly Own[]; side: Own["side"] }) {
  const { t } = useTranslation();
  const path = { round_id: round.id };
  const mine = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/seats", {
    params: { path, query: { side } },
  });
  const partners = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/seats", {
    params: { path, query: { side: side === "need" ? "offer" : "need" } },
  });
  if (!mine.data || !partners.data) return null;
  const titles = new Map(mine.data.map((seat) => [seat.id, seat.title]));
  return (
    <section aria-labelledby="own">
      <h2 id="own">{t("selection.own.title")}</h2>
      {own.map((list) => (
        <Wishes
          key={list.subject_id}
          round={round}
          of={list}
          title={titles.get(list.subject_id) ?? ""}
          partners={partners.data}
        />
      ))}
    </section>
  );
}
