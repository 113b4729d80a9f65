import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { Saved, SetNow } from "./ForgotPassword";
import "./accounts.css";

type Reset = components["schemas"]["ResetRead"];

/** Where a one-time link leads. What follows # is sent in a body, so that no log of addresses keeps it. */
export default function SetPassword() {
  const { t } = useTranslation();
  return (
    <Page title={t("accounts.link_title")} subtitle={t("accounts.link_subtitle")}>
      <div className="panel account-form">
        {location.hash.length > 1 ? (
          <Opened />
        ) : (
          <Alert type="warning" showIcon role="alert" title={t("accounts.link_incomplete")} />
        )}
      </div>
    </Page>
  );
}

function Opened() {
  const [secret] = useState(() => location.hash.slice(1));
  const [saved, setSaved] = useState(false);
  const link = useQuery({
    queryKey: ["link", secret],
    queryFn: () => request<Reset>("/api/v1/session/link", { method: "POST", body: { secret } }),
    staleTime: Infinity,
    retry: false,
  });
  if (saved) return <Saved />;
  return (
    <Fetched query={link}>{({ username }) => <SetNow username={username} onSaved={() => setSaved(true)} />}</Fetched>
  );
}
