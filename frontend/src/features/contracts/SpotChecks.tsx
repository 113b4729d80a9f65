import { App, Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { dayText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import "./contracts.css";

type Draws = components["schemas"]["SpotDraws"];

/** Which contracts were drawn to be checked on the spot, year by year; public, and drawn by each bureau itself. */
export default function SpotChecks() {
  const { t } = useTranslation();
  const found = $api.useQuery("get", "/api/v1/evaluations/draws");
  return (
    <Page title={t("nav.spot_checks")} subtitle={t("contracts.spot_checks.subtitle")}>
      <Fetched query={found}>{(it) => <Shown of={it} />}</Fetched>
    </Page>
  );
}

function Shown({ of }: { of: Draws }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {of.actions.includes("draw_spot_checks") && <Draw candidates={of.candidates} />}
      {of.items.length === 0 && <p className="soft">{t("contracts.spot_checks.none")}</p>}
      <ol className="milestones">
        {of.items.map((each) => (
          <li key={each.id} className="milestone">
            <h2>
              <Link to={`/spot-checks/${each.id}`}>
                {t("contracts.spot_checks.of_year", { year: each.year, party: chosen(each, "party", i18n.language) })}
              </Link>
            </h2>
            <p>{t("contracts.spot_checks.drawn", { count: each.size, day: dayText(each.drawn_at, i18n.language) })}</p>
          </li>
        ))}
      </ol>
    </>
  );
}

/** A year is drawn once, so it is asked before. */
function Draw({ candidates }: { candidates: number }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const draw = $api.useMutation("post", "/api/v1/evaluations/draws", { onSuccess: () => cache.invalidateQueries() });
  const word = t("rooms.evaluations.action.draw_spot_checks");
  const ask = (): void => {
    modal.confirm({
      title: word,
      content: t("rooms.evaluations.confirm.draw_spot_checks"),
      okText: word,
      cancelText: t("ui.cancel"),
      onOk: () => draw.mutateAsync({}),
    });
  };
  return (
    <section className="panel" aria-label={word}>
      <p>{t("contracts.spot_checks.due", { count: candidates })}</p>
      <RefusalAlert error={draw.error} />
      <Button type="primary" size="large" loading={draw.isPending} onClick={ask}>
        {word}
      </Button>
    </section>
  );
}
