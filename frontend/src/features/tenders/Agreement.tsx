import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";

type Agreed = components["schemas"]["AgreementRead"];
type Mirror = components["schemas"]["MirrorRead"];
type Changed = components["schemas"]["Changed"];

/** How far the judges agree, beside the result; how each marked, for those who may see it. Nothing until it is there. */
export function Agreement({ tenderId }: { tenderId: number }) {
  const { t } = useTranslation();
  const params = { path: { tender_id: tenderId } };
  const { data } = $api.useQuery("get", "/api/v1/awards/results/{tender_id}/agreement", { params });
  if (!data) return null;
  return (
    <section className="reviewed rules" aria-labelledby="agreement">
      <h2 id="agreement">{t("tenders.agreement.title")}</h2>
      {data.is_kept ? <Shown of={data} /> : <p>{t("tenders.agreement.not_kept")}</p>}
    </section>
  );
}

function Shown({ of }: { of: Agreed }) {
  const { t } = useTranslation();
  const change = useChange();
  const told = of.reliability;
  return (
    <>
      <p className="soft">{t("tenders.agreement.how")}</p>
      {told ? (
        <>
          <p>{t("tenders.agreement.reliability", { ...told })}</p>
          <p className="soft">{t("tenders.agreement.scale")}</p>
        </>
      ) : (
        <p>{t("tenders.agreement.unknown")}</p>
      )}
      <p>
        {t("tenders.agreement.strictest")}
        {t("tenders.colon")}
        {change(of.without_strictest)}
        {t("tenders.full_stop")}
        {t(of.deciding === 0 ? "tenders.agreement.deciding_none" : "tenders.agreement.deciding", {
          count: of.deciding,
        })}
      </p>
      {of.mirrors.length > 0 && (
        <>
          <h3>{t(of.mirrors.length === 1 ? "tenders.agreement.own" : "tenders.agreement.each")}</h3>
          <p className="soft">{t("tenders.agreement.private")}</p>
          <ul>
            {of.mirrors.map((mirror) => (
              <Card key={mirror.judge} of={mirror} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Card({ of }: { of: Mirror }) {
  const { t } = useTranslation();
  const change = useChange();
  const far = of.surprises
    .map(({ bid, difference }) => t("tenders.agreement.surprise", { bid, points: signed(difference) }))
    .join(t("tenders.comma"));
  return (
    <li className="rule">
      <p className="rule-name">{of.judge}</p>
      <p>
        {t(strictness(of.severity), { points: of.severity.replace("-", "") })}
        {t("tenders.full_stop")}
        {of.spread && t("tenders.agreement.spread", { spread: of.spread })}
      </p>
      <p>{t("tenders.agreement.scatter", { points: of.scatter, count: of.sheets })}</p>
      <p>
        {t("tenders.agreement.surprises")}
        {t("tenders.colon")}
        {far}
      </p>
      <p>
        {t("tenders.agreement.without")}
        {t("tenders.colon")}
        {change(of.without)}
      </p>
    </li>
  );
}

const signed = (points: string): string => (points.startsWith("-") ? points.replace("-", "−") : `+${points}`);

const strictness = (severity: string): string => {
  if (Number(severity) === 0) return "tenders.agreement.even";
  return Number(severity) < 0 ? "tenders.agreement.stricter" : "tenders.agreement.milder";
};

/** What the decision would gain and lose, in words. */
function useChange(): (change: Changed | null) => string {
  const { t } = useTranslation();
  const listed = (bids: string[]) => bids.join(t("tenders.comma"));
  return (change) => {
    if (!change) return t("tenders.agreement.untold");
    if (change.gained.length + change.lost.length === 0) return t("tenders.agreement.same");
    const gained = change.gained.length > 0 && t("tenders.agreement.gained", { bids: listed(change.gained) });
    const lost = change.lost.length > 0 && t("tenders.agreement.lost", { bids: listed(change.lost) });
    return [gained, lost].filter(Boolean).join(t("tenders.comma"));
  };
}
