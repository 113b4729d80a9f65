import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import { Deadline } from "../../../ui/Deadline";
import { dayText } from "../../../ui/format";
import { Money } from "../../../ui/Money";
import { useProfiles } from "./ProfileChoice";

type Tender = components["schemas"]["TenderRead"];

/** The four things everybody asks of a notice: may I, until when, how much, how. */
export function Summary({ of }: { of: Tender }) {
  const { t, i18n } = useTranslation();
  const profile = useProfiles().find(({ name }) => name === of.profile);
  const ceilings = of.lots
    .map((lot) => lot.ceiling)
    .toSorted((one, other) => Number(one.amount) - Number(other.amount));
  const [least, most] = [ceilings[0], ceilings.at(-1)];
  return (
    <section className="summary" aria-label={t("notice.summary")}>
      <dl className="facts notice-facts">
        <div>
          <dt>{t("notice.who")}</dt>
          <dd>
            {profile && t(profile.is_open_to_unregistered ? "notice.open_to_all" : "notice.registered_only")}{" "}
            {t(of.one_each ? "tenders.one_each" : "tenders.not_one_each")}
          </dd>
        </div>
        <div>
          <dt>{t("notice.when")}</dt>
          <dd>
            <Deadline at={of.bids_end} />
          </dd>
        </div>
        <div>
          <dt>{t("notice.how_much")}</dt>
          <dd>
            {t("notice.total")} <Money of={of.budget} />
            {least && most && (
              <>
                {" · "}
                {t("notice.ceiling")} <Money of={least} />
                {least.amount !== most.amount && (
                  <>
                    –<Money of={most} />
                  </>
                )}
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>{t("notice.how")}</dt>
          <dd>{t("notice.apply")}</dd>
        </div>
        {of.contract_start && of.contract_end && (
          <div>
            <dt>{t("notice.part.contracts")}</dt>
            <dd>
              {dayText(of.contract_start, i18n.language)} – {dayText(of.contract_end, i18n.language)}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
