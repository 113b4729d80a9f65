import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { dayText, percentText } from "../../ui/format";
import { useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import "./contracts.css";

type Draw = components["schemas"]["SpotDrawRead"];

/** One draw, with everything that anybody needs to draw again. */
export default function SpotDraw() {
  const draw_id = useNumber("draw_id");
  const found = $api.useQuery("get", "/api/v1/evaluations/draws/{draw_id}", { params: { path: { draw_id } } });
  return <Fetched query={found}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Draw }) {
  const { t, i18n } = useTranslation();
  const title = { year: of.year, party: chosen(of, "party", i18n.language) };
  const share = percentText(Number(of.share), i18n.language);
  return (
    <Page
      title={t("contracts.spot_checks.of_year", title)}
      subtitle={t("contracts.spot_checks.drawn", { count: of.size, day: dayText(of.drawn_at, i18n.language) })}
      crumbs={[{ label: t("nav.spot_checks"), to: "/spot-checks" }]}
    >
      <p className="prose">{t("contracts.spot_checks.how", { share, count: of.lots.length })}</p>
      <p>
        {t("contracts.spot_checks.seed")} <code className="lot">{of.seed}</code>
      </p>
      <p className="soft">{of.source}</p>
      <ol className="milestones">
        {of.lots.map((each) => (
          <li key={each.number} className={`milestone ${each.is_drawn ? "lot-drawn" : ""}`}>
            <strong>{each.title}</strong> <span className="figures">{each.number}</span>{" "}
            {each.is_drawn && <em>{t("contracts.spot_checks.is_drawn")}</em>}{" "}
            {each.status && <StatusTag status={each.status} room="assessments" />}
            <div className="soft">
              {t("contracts.spot_checks.lot")} <code className="lot">{each.lot}</code>
            </div>
          </li>
        ))}
      </ol>
    </Page>
  );
}
