import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Wishes } from "./Wishes";

type Round = components["schemas"]["RoundRead"];

/** The reader's own needs or offers in this round, each with its list of wishes. */
export function OwnLists({ round, role }: { round: Round; role: string }) {
  const { t } = useTranslation();
  const path = { round_id: round.id };
  const [own, other] = role === "committee" ? (["need", "offer"] as const) : (["offer", "need"] as const);
  const lists = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/preferences", { params: { path } });
  const mine = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/seats", {
    params: { path, query: { side: own } },
  });
  const partners = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/seats", {
    params: { path, query: { side: other } },
  });
  if (!lists.data || !mine.data || !partners.data) return null;
  const titles = new Map(mine.data.map((seat) => [seat.id, seat.title]));
  return (
    <section aria-labelledby="own">
      <h2 id="own">{t("selection.own.title")}</h2>
      {lists.data.length === 0 && <p className="soft">{t("selection.own.none")}</p>}
      {lists.data.map((list) => (
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
