import { useTranslation } from "react-i18next";
import { momentText } from "../../ui/format";
import { Money } from "../../ui/Money";
import type { Bid } from "./BidPage";

/** Proof of everything that was handed in, the latest first. */
export function Receipts({ of }: { of: Bid["versions"] }) {
  const { t, i18n } = useTranslation();
  if (of.length === 0) return null;
  return (
    <section aria-labelledby="receipts">
      <h2 id="receipts">{t("bids.receipts")}</h2>
      <p className="soft">{t("bids.receipts_what")}</p>
      <ul className="receipts">
        {of.map((each) => (
          <li key={each.number} className="panel">
            <p>
              <strong>{t("bids.version", { number: each.number })}</strong> {each.title} · <Money of={each.amount} />
            </p>
            <p>
              {momentText(each.received_at, i18n.language)} {each.arrived_late && t("bids.late")}
            </p>
            <p>
              {t("bids.receipt")} <code className="receipt-code">{each.receipt}</code>
            </p>
            <details>
              <summary>{t("bids.fingerprint")}</summary>
              <code className="receipt-hash">{each.receipt_hash}</code>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
