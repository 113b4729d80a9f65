import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import type { components } from "../../api/schema.gen";
import { ImportList } from "../../ui/ImportList";

/** A whole list of organisations. */
export function ImportRoster() {
  const { t } = useTranslation();
  return (
    <ImportList<components["schemas"]["Imported"]>
      to="/api/v1/parties/import"
      label={t("rooms.parties.action.import_organizations")}
      template={fileAt("/api/v1/parties/template", {}, {})}
      done={({ count }) => t("parties.imported", { count })}
    />
  );
}
