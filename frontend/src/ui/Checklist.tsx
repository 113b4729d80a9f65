import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { languageOf } from "../api/refusal";
import type { components } from "../api/schema.gen";

type Lack = components["schemas"]["Lack"];
type Props = { room: string; missing: readonly Lack[]; unsaid: readonly string[] };

/** What a draft still lacks, as the server finds it: what keeps it back, and what others will look for in vain. */
export function Checklist({ room, missing, unsaid }: Props) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  if (missing.length + unsaid.length === 0) return null;
  return (
    <Alert
      className="checklist"
      type={missing.length > 0 ? "warning" : "info"}
      showIcon
      title={t(missing.length > 0 ? "ui.checklist.missing" : "ui.checklist.ready")}
      description={
        <>
          {missing.length > 0 && (
            <ul>
              {missing.map(({ field, messages }) => (
                <li key={field}>{messages[language]}</li>
              ))}
            </ul>
          )}
          {unsaid.length > 0 && (
            <p>
              {t("ui.checklist.unsaid", {
                fields: unsaid.map((field) => t(`rooms.${room}.field.${field}`)).join(t("ui.checklist.comma")),
              })}
            </p>
          )}
        </>
      }
    />
  );
}
