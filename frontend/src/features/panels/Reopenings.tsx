import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";
import { ActionBar } from "../../ui/ActionBar";
import { momentText } from "../../ui/format";
import { StatusTag } from "../../ui/StatusTag";

/** Requests to reopen a delivered sheet, each decided by somebody other than who asked. */
export function Reopenings({ tenderId }: { tenderId: number }) {
  const { t, i18n } = useTranslation();
  const path = { tender_id: tenderId };
  const asked = $api.useQuery("get", "/api/v1/panels/{tender_id}/reopenings", { params: { path } });
  if (!asked.data?.length) return null;
  return (
    <section aria-labelledby="reopenings">
      <h2 id="reopenings">{t("panels.reopenings")}</h2>
      <ul className="enquiries">
        {asked.data.map((each) => (
          <li key={each.id}>
            <p>
              <strong>{t("panels.sheet_of", { bid: each.bid, judge: each.judge })}</strong>{" "}
              <StatusTag status={each.status} room="panels" />
            </p>
            <p>
              {each.ground[languageOf(i18n.language)]}
              {t("panels.colon")}
              {each.reason}
            </p>
            <p className="soft">
              {t(`role.${each.asked_role}`)} · {momentText(each.asked_at, i18n.language)}
            </p>
            <ActionBar of={each} feature={`panels/${tenderId}/reopenings`} words="rooms.panels" />
          </li>
        ))}
      </ul>
    </section>
  );
}
