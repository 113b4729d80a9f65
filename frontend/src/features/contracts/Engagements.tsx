import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { dayText } from "../../ui/format";
import { chosen } from "../../ui/chosen";

type Contract = components["schemas"]["ContractRead"];

/** The independent firms that evaluate and audit this contract, and that did. */
export function Engagements({ of }: { of: Contract }) {
  const { t, i18n } = useTranslation();
  return (
    <section aria-labelledby="engagements">
      <h2 id="engagements">{t("contracts.engagements")}</h2>
      {of.engagements.length === 0 && <p className="soft">{t("contracts.no_engagements")}</p>}
      <ul className="engagements">
        {of.engagements.map((each) => (
          <li key={each.id}>
            <span>
              <strong>{chosen(each, "party", i18n.language)}</strong> {t(`rooms.contracts.engagement.${each.kind}`)}{" "}
              <span className="soft">
                {t(each.ended_at ? "contracts.engaged_until" : "contracts.engaged_from", {
                  from: dayText(each.engaged_at, i18n.language),
                  until: each.ended_at ? dayText(each.ended_at, i18n.language) : "",
                })}
              </span>
            </span>
            <ActionBar of={each} feature={`contracts/${of.id}/engagements`} words="rooms.contracts" />
          </li>
        ))}
      </ul>
    </section>
  );
}
