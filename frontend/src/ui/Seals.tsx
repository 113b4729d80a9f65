import { useTranslation } from "react-i18next";

/** On paper alone: where each of these offices or organisations sets its seal, and who signs for it. */
export function Seals({ of }: { of: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <section className="seals" aria-hidden>
      {of.map((name) => (
        <div key={name}>
          <p>{t("ui.seal.of", { name })}</p>
          <p className="seal-line">{t("ui.seal.signed")}</p>
          <p className="seal-date">{t("ui.seal.date")}</p>
        </div>
      ))}
    </section>
  );
}

/** On paper alone: where each of these people signs. */
export function Signatures({ of }: { of: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <section className="seals" aria-hidden>
      {of.map((name) => (
        <div key={name}>
          <p className="seal-line">{t("ui.seal.signed_by", { name })}</p>
          <p className="seal-date">{t("ui.seal.date")}</p>
        </div>
      ))}
    </section>
  );
}
