import { Alert, Typography } from "antd";
import { useTranslation } from "react-i18next";
import "./accounts.css";

/** Shown once: whoever has it sets the password of the account. */
export function InvitationLink({ link }: { link: string }) {
  const { t } = useTranslation();
  const whole = location.origin + link;
  return (
    <Alert
      type="success"
      showIcon
      className="account-note account-link"
      title={t("accounts.link_made")}
      description={
        <>
          <p>{t("accounts.link_hint")}</p>
          <Typography.Text copyable={{ text: whole }} code>
            {whole}
          </Typography.Text>
        </>
      }
    />
  );
}
