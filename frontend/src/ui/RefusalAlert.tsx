import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { refusalOf } from "../api/refusal";
import { RowErrors } from "./RowErrors";

/** Why something was refused and what to do, in the reader's language; row by row when it was a file. Its code, for
 * whoever is asked for help, is folded away. */
export function RefusalAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t, i18n } = useTranslation();
  if (!error) return null;
  const refusal = refusalOf(error);
  return (
    <div className="refusal">
      <Alert
        type="error"
        showIcon
        role="alert"
        title={refusal.sentence(i18n.language)}
        description={
          <details className="soft">
            <summary>{t("ui.refusal.details")}</summary>
            {t("ui.refusal.code", { code: refusal.code })}
          </details>
        }
        action={onRetry && <Button onClick={onRetry}>{t("ui.retry")}</Button>}
      />
      {refusal.rows.length > 0 && <RowErrors rows={refusal.rows} more={refusal.more} />}
    </div>
  );
}
