import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { Interval } from "../../ui/Interval";

type Of = components["schemas"]["OutputRead"];
type Claim = Of["claims"][number];

/** What is claimed against each target that counts, and how much of it call-backs support. */
export function Output({ of }: { of: Of }) {
  const { t } = useTranslation();
  const counted = of.claims.filter(({ planned }) => planned !== null);
  const { checked, supported } = of;
  return (
    <div className="output">
      <p className="output-claimed">{t("contracts.sessions.claimed", { count: of.claimed })}</p>
      {supported && checked && (
        <>
          <p>{t("contracts.sessions.supported", supported)}</p>
          <Interval
            share={Number(supported.share)}
            low={Number(supported.low)}
            high={Number(supported.high)}
            n={checked.reached}
            label={t("contracts.sessions.share")}
          />
          <p className="soft">{t("contracts.sessions.checked", checked)}</p>
        </>
      )}
      {of.is_hidden && <p className="soft">{t("contracts.sessions.hidden")}</p>}
      {counted.length > 0 && (
        <ul className="contract-targets">
          {counted.map((claim) => (
            <li key={claim.what}>
              <span className="prose">{claim.what}</span> <strong>{claim.quantity}</strong>
              <Marked of={claim} />
            </li>
          ))}
        </ul>
      )}
      {counted.length > 0 && <p className="soft">{t("contracts.sessions.source", { source: of.marks_source })}</p>}
    </div>
  );
}

function Marked({ of }: { of: Claim }) {
  const { t } = useTranslation();
  return (
    <p>
      {t("contracts.sessions.done", { done: of.done, planned: of.planned, mark: of.mark })}
      {of.supported &&
        ` · ${t("contracts.sessions.done_supported", { count: of.supported.count, mark: of.supported_mark })}`}
    </p>
  );
}
