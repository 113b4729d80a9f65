import { useTranslation } from "react-i18next";
import type { components } from "../api/schema.gen";
import { percentText } from "./format";

type Known = components["schemas"]["Known"];
type Target = Known["output"]["targets"][number];

/** How much was done under a contract: as claimed, and as call-backs support it, target by target with its marks. */
export function KnownOutput({ of }: { of: Known["output"] }) {
  const { t } = useTranslation();
  return (
    <div className="known">
      <p>
        {t("rooms.evaluations.known.claimed", { count: of.claimed })} ·{" "}
        {of.supported
          ? t("rooms.evaluations.known.supported", of.supported)
          : t(of.is_hidden ? "rooms.evaluations.known.hidden" : "rooms.evaluations.known.unchecked")}
      </p>
      {of.targets.length > 0 && (
        <ul>
          {of.targets.map((each) => (
            <li key={each.what}>
              <KnownTarget of={each} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function KnownTarget({ of }: { of: Target }) {
  const { t } = useTranslation();
  const { supported, supported_mark: mark, least_mark: low, most_mark: high } = of;
  return (
    <>
      <span className="prose">{of.what}</span> {t("rooms.evaluations.known.target", of)}
      {supported && ` · ${t("rooms.evaluations.known.target_supported", { ...supported, mark, low, high })}`}
    </>
  );
}

/** How the budget of a contract was kept: how much of it was carried out, and how far money was moved in it. */
export function KnownBudget({ of }: { of: Known["budget"] }) {
  const { t, i18n } = useTranslation();
  if (!of) return <p className="known">{t("rooms.evaluations.known.no_budget")}</p>;
  const percent = (share: string): string => percentText(Number(share), i18n.language);
  const factor = { least: Number(of.least), most: Number(of.most) };
  return (
    <p className="known">
      {t(of.is_audited ? "rooms.evaluations.known.audited" : "rooms.evaluations.known.stated", {
        share: percent(of.execution),
      })}{" "}
      · {t("rooms.evaluations.known.moved", { share: percent(of.moved) })} · {t(`rooms.budgets.band.${of.band}`)} ·{" "}
      {t(factor.least === factor.most ? "rooms.evaluations.known.factor" : "rooms.evaluations.known.factors", factor)}
      {of.is_whole && ` · ${t("rooms.evaluations.known.whole")}`}
    </p>
  );
}
