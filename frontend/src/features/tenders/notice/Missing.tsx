import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { languageOf } from "../../../api/refusal";
import type { components } from "../../../api/schema.gen";

const PARTS = ["criteria", "lots", "overspend_rule", "dates", "needs"] as const;

/** Of a draft: part by part, whether it can be published, and else what publishing would be refused for. */
export function Missing({ of }: { of: components["schemas"]["TenderRead"] }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="summary" aria-labelledby="missing">
      <h2 id="missing">{t(of.missing.length ? "notice.not_ready" : "notice.ready")}</h2>
      <ul className="checklist">
        {PARTS.map((part) => {
          const lack = of.missing.find(({ field }) => field === part);
          return (
            <li key={part} className={lack ? "lack" : "met"}>
              {lack ? <CloseCircleFilled aria-hidden /> : <CheckCircleFilled aria-hidden />}
              <span>
                <strong>{t(`notice.check.${part}`)}</strong>{" "}
                {lack ? lack.messages[languageOf(i18n.language)] : t("notice.met")}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
