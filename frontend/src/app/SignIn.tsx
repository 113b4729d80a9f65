import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Form, Input } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../ui/Page";
import { RefusalAlert } from "../ui/RefusalAlert";
import { type DemonstrationAccount, useSession, useSignIn } from "../api/session";

type Given = { username: string; password: string };

/** Only addresses of this site: a link must not send anyone elsewhere after signing in. */
export const homeward = (next: unknown): string =>
  typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : "/desk";

export default function SignIn() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false }) as { next?: unknown };
  const { data: session } = useSession();
  const signIn = useSignIn();
  const accounts = session?.demonstration ? session.demonstration_accounts : [];
  const isSignedIn = Boolean(session?.account_id) && signIn.isIdle;
  useEffect(() => {
    if (isSignedIn) void navigate({ href: homeward(next), replace: true });
  }, [isSignedIn, navigate, next]);
  const finish = (given: Given): void =>
    signIn.mutate(given, { onSuccess: () => void navigate({ href: homeward(next) }) });

  if (isSignedIn) return null;
  return (
    <Page title={t("sign_in.title")} subtitle={t("sign_in.subtitle")}>
      <div className="sign-in">
        <Form<Given> layout="vertical" onFinish={finish} requiredMark={false} className="panel">
          <RefusalAlert error={signIn.error} />
          <Form.Item
            name="username"
            label={t("field.username")}
            rules={[{ required: true, message: t("ui.required") }]}
          >
            <Input autoComplete="username" autoCapitalize="none" spellCheck={false} />
          </Form.Item>
          <Form.Item
            name="password"
            label={t("field.password")}
            rules={[{ required: true, message: t("ui.required") }]}
          >
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" size="large" block loading={signIn.isPending}>
            {t("action.sign_in")}
          </Button>
          <p className="soft sign-in-help">
            <Link to="/forgot-password">{t("nav.forgot_password")}</Link> ·{" "}
            <Link to="/register">{t("nav.register")}</Link> · {t("sign_in.help")}
          </p>
        </Form>
        {accounts.length > 0 && <Accounts accounts={accounts} busy={signIn.isPending} onChoose={finish} />}
      </div>
    </Page>
  );
}

type AccountsProps = { accounts: readonly DemonstrationAccount[]; busy: boolean; onChoose: (given: Given) => void };

function Accounts({ accounts, busy, onChoose }: AccountsProps) {
  const { t, i18n } = useTranslation();
  return (
    <section className="panel" aria-labelledby="demonstration-accounts">
      <h2 id="demonstration-accounts">{t("sign_in.demonstration")}</h2>
      <p className="soft">{t("sign_in.demonstration_hint")}</p>
      <ul className="accounts">
        {accounts.map(({ username, password, display_name, role, party_zh, party_en }) => (
          <li key={username}>
            <button type="button" disabled={busy} onClick={() => onChoose({ username, password })}>
              <span className="account-name">{t(`role.${role}`)}</span>
              <span className="soft">
                <span>{(i18n.language === "en" ? party_en : party_zh) ?? display_name}</span> · {username}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
