import { Alert, Button, Space } from "antd";
import { useTranslation } from "react-i18next";

type Props = { isStale: boolean; onMine: () => void; onSaved: () => void };

/** Says that unsent work was found; where the thing was changed elsewhere since, asks which of both shall stand. */
export function DraftNotice({ isStale, onMine, onSaved }: Props) {
  const { t } = useTranslation();
  return (
    <Alert
      type={isStale ? "warning" : "info"}
      showIcon
      role={isStale ? "alert" : "status"}
      title={t(isStale ? "ui.draft.stale" : "ui.draft.restored")}
      action={
        <Space wrap>
          {isStale && <Button onClick={onMine}>{t("ui.draft.mine")}</Button>}
          <Button onClick={onSaved}>{t(isStale ? "ui.draft.saved" : "ui.draft.drop")}</Button>
        </Space>
      }
    />
  );
}
