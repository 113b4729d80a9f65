import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { momentText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { NewPassword } from "./NewPassword";
import "./accounts.css";

type Reset = components["schemas"]["ResetRead"];
const RESET = "/api/v1/session/reset";
const KEY = ["reset"];
/** A colleague approves while this page stays open, so it looks by itself. */
const LOOK_AGAIN = 5_000;

/** Ask for a new password, read the code out to a colleague, set the password: all in the same browser. */
export default function ForgotPassword() {
  const { t } = useTranslation();
  const [saved, setSaved] = useState(false);
  const reset = useQuery({
    queryKey: KEY,
    queryFn: () => request<Reset>(RESET),
    refetchInterval: ({ state }) =>
      state.data?.state === "asked" || state.data?.state === "approved" ? LOOK_AGAIN : false,
  });
  return (
    <Page title={t("accounts.forgot_title")} subtitle={t("accounts.forgot_subtitle")}>
      <div className="panel account-form">
        {saved ? (
          <Saved />
        ) : (
          <Fetched query={reset}>{(data) => <Step reset={data} onSaved={() => setSaved(true)} />}</Fetched>
        )}
      </div>
    </Page>
  );
}

export function Saved() {
  const { t } = useTranslation();
  return (
    <Alert
      type="success"
      showIcon
      title={t("accounts.saved")}
      description={<Link to="/sign-in">{t("accounts.go_sign_in")}</Link>}
    />
  );
}

/** The password itself, in the browser that may set it. */
export function SetNow({ username, onSaved }: { username: string; onSaved: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("accounts.set_now", { username })}</p>
      <NewPassword
        username={username}
        save={(chosen) => request("/api/v1/session/new_password", { method: "POST", body: { password: chosen.new } })}
        onSaved={onSaved}
      />
    </>
  );
}

function Step({ reset, onSaved }: { reset: Reset; onSaved: () => void }) {
  if (reset.state === "ready") return <SetNow username={reset.username} onSaved={onSaved} />;
  if (reset.state === "asked" && reset.code) return <ReadOut reset={reset} code={reset.code} />;
  if (reset.state === "approved") return <InADay reset={reset} />;
  return <Ask ended={reset.state === "cancelled" || reset.state === "expired" ? reset.state : undefined} />;
}

function Ask({ ended }: { ended: "cancelled" | "expired" | undefined }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const ask = useMutation({
    mutationFn: (given: { username: string }) => request<Reset>(RESET, { method: "POST", body: given }),
    onSuccess: (reset) => cache.setQueryData(KEY, reset),
  });
  return (
    <Form<{ username: string }> layout="vertical" requiredMark={false} onFinish={(given) => ask.mutate(given)}>
      {ended && <Alert type="warning" showIcon title={t(`accounts.${ended}`)} className="account-note" />}
      <RefusalAlert error={ask.error} />
      <Form.Item name="username" label={t("field.username")} rules={[{ required: true, message: t("ui.required") }]}>
        <Input autoComplete="username" autoCapitalize="none" spellCheck={false} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={ask.isPending}>
        {t("accounts.ask")}
      </Button>
    </Form>
  );
}

function ReadOut({ reset, code }: { reset: Reset; code: string }) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  return (
    <>
      <p>{t("accounts.read_out", { username: reset.username })}</p>
      <p className="account-code figures" aria-label={t("accounts.code")}>
        {code.slice(0, 3)} {code.slice(3)}
      </p>
      <ol className="account-steps">
        <li>{t("accounts.step_call")}</li>
        <li>{t("accounts.step_approve")}</li>
        <li>{t("accounts.step_set")}</li>
      </ol>
      <p className="soft">{t("accounts.alone")}</p>
      {reset.expires_at && (
        <p className="soft">{t("accounts.until", { at: momentText(reset.expires_at, i18n.language) })}</p>
      )}
      <Button
        type="link"
        className="account-again"
        onClick={() => cache.setQueryData(KEY, { ...reset, state: "none" })}
      >
        {t("accounts.other_name")}
      </Button>
    </>
  );
}

function InADay({ reset }: { reset: Reset }) {
  const { t, i18n } = useTranslation();
  return (
    <Alert
      type="info"
      showIcon
      title={t("accounts.in_a_day", { at: momentText(reset.effective_at ?? "", i18n.language) })}
      description={t("accounts.in_a_day_hint")}
    />
  );
}
