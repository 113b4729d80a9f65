import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { momentText } from "../../../ui/format";

/** The files that answers came from. */
export function Imports({ waveId }: { waveId: number }) {
  const { t, i18n } = useTranslation();
  const imports = $api.useQuery("get", "/api/v1/surveys/waves/{wave_id}/imports", {
    params: { path: { wave_id: waveId } },
  });
  if (!imports.data || imports.data.length === 0) return null;
  return (
    <section aria-labelledby="imports">
      <h2 id="imports">{t("surveys.responses.imports")}</h2>
      <ul>
        {imports.data.map(({ id, at, source, added, unchanged, is_decided, mapping }) => (
          <li key={id}>
            {momentText(at, i18n.language)} · {t(`rooms.surveys.survey_source.${source}`)} ·{" "}
            {t("surveys.responses.imported", { added, unchanged })}
            {is_decided && ` · ${t("surveys.responses.decided", { count: mapping.columns.length })}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
