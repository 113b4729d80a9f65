import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { numberText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Open } from "./Open";

type Figures = components["schemas"]["SeasonRead"];
type Street = components["schemas"]["StreetNeedsRead"];

const STAGES = {
  waiting: ["published"],
  chosen: ["matched"],
  tendered: ["tendered"],
  contracted: ["contracted"],
} as const;

/** The season in four numbers, what is open now, and street by street what became of its needs. */
export function Season() {
  const season = $api.useQuery("get", "/api/v1/season");
  if (!season.data) return <div className="season-hold" />;
  return (
    <>
      <Numbers of={season.data} />
      <Open />
      <Streets of={season.data.streets} />
    </>
  );
}

function Numbers({ of }: { of: Figures }) {
  const { t, i18n } = useTranslation();
  const steps = ["answers", "needs", "pairs", "projects"] as const;
  return (
    <section aria-labelledby="season">
      <h2 id="season">{t("portal.season")}</h2>
      <ol className="season">
        {steps.map((step) => (
          <li key={step}>
            <span className="season-number">{numberText(of[step], i18n.language)}</span> {t(`portal.number.${step}`)}
            {step === "projects" && of.projects > 0 && (
              <span className="season-money">
                <Money of={of.money} />
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Streets({ of }: { of: readonly Street[] }) {
  const { t } = useTranslation();
  if (of.length === 0) return null;
  return (
    <section aria-labelledby="streets">
      <h2 id="streets">{t("portal.streets")}</h2>
      <ul className="streets">
        {of.map((street) => (
          <li key={street.code}>
            <StreetNeeds of={street} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const counted = (street: Street, states: readonly string[]): number =>
  states.reduce((sum, state) => sum + (street.stands[state] ?? 0), 0);

/** One street: how many needs, and how far they are; the bar says the same as the words. */
function StreetNeeds({ of }: { of: Street }) {
  const { t } = useTranslation();
  const stages = [...Object.entries(STAGES), ["fulfilled", ["fulfilled"]], ["over", ["expired", "withdrawn"]]] as const;
  const shown = stages
    .map(([stage, states]) => ({ stage, count: counted(of, states) }))
    .filter(({ count }) => count > 0);
  return (
    <>
      <p className="street-head">
        <Link to="/needs" search={{ area: of.code }}>
          {of.path.at(-1)}
        </Link>{" "}
        <span className="soft">
          {of.path.slice(0, -1).join(" ")} · {t("portal.needs_count", { count: of.needs })}
        </span>
      </p>
      <div className="street-bar" aria-hidden>
        {shown.map(({ stage, count }) => (
          <span key={stage} className={`street-${stage}`} style={{ flexGrow: count }} />
        ))}
      </div>
      <p className="soft street-words">
        {shown.map(({ stage, count }) => `${t(`portal.stage.${stage}`)} ${count}`).join(t("portal.comma"))}
      </p>
    </>
  );
}
