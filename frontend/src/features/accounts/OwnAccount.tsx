import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { partyName, seatName, useSession } from "../../api/session";
import { momentText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { NewPassword } from "./NewPassword";
import "./accounts.css";

type Browser = components["schemas"]["BrowserRead"];
type Waiting = components["schemas"]["DeskRead"];
const SESSION = "/api/v1/session";
const LIST = ["session-list"];

/** One's own account: where one is signed in, in which roles one acts, what else belongs there, and the password. */
export function OwnAccount({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const { data: session } = useSession();
  if (!session?.account_id) return null;
  return (
    <Page title={t("accounts.own_title")} subtitle={`${session.display_name} · ${session.username}`}>
      <Coming />
      <Browsers />
      <section className="panel" aria-labelledby="memberships">
        <h2 id="memberships">{t("accounts.memberships")}</h2>
        <ul className="account-list">
          {session.memberships.map((seat) => (
            <li key={seat.id}>
              <span>{[seatName(seat, t), partyName(seat.party, i18n.language)].filter(Boolean).join(" · ")}</span>
              {seat.id === session.current?.id && <span className="soft">{t("accounts.acting")}</span>}
            </li>
          ))}
        </ul>
      </section>
      {children}
      <section className="panel" aria-labelledby="password">
        <h2 id="password">{t("accounts.change_password")}</h2>
        <p className="soft">{t("accounts.change_hint")}</p>
        <div className="account-form">
          <NewPassword
            username={session.username ?? ""}
            withCurrent
            save={({ current, new: chosen }) =>
              request(`${SESSION}/password`, { method: "POST", body: { current, new: chosen } })
            }
            onSaved={() => {
              message.success(t("accounts.changed"));
              void cache.invalidateQueries({ queryKey: LIST });
            }}
          />
        </div>
      </section>
    </Page>
  );
}

/** A new password that an administrator approved for this account, while it can still be stopped. */
function Coming() {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const { data } = useQuery({ queryKey: ["desk-of-account"], queryFn: () => request<Waiting>("/api/v1/desk") });
  const stop = useMutation({
    mutationFn: () => request(`${SESSION}/cancel_reset`, { method: "POST" }),
    onSuccess: () => cache.invalidateQueries(),
  });
  const coming = data?.items.find(({ room, verb }) => room === "parties" && verb === "cancel_reset");
  if (!coming) return null;
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      className="account-note"
      title={t("accounts.coming", { at: momentText(coming.due_at ?? "", i18n.language) })}
      description={
        <>
          {t("accounts.coming_hint")}
          <RefusalAlert error={stop.error} />
        </>
      }
      action={
        <Button danger loading={stop.isPending} onClick={() => stop.mutate()}>
          {t("accounts.stop")}
        </Button>
      }
    />
  );
}

function Browsers() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const browsers = useQuery({ queryKey: LIST, queryFn: () => request<Browser[]>(`${SESSION}/list`) });
  const end = useMutation({
    mutationFn: (which: number | "others") => request(`${SESSION}/${which}`, { method: "DELETE" }),
    onSettled: () => cache.invalidateQueries({ queryKey: LIST }),
  });
  return (
    <section className="panel" aria-labelledby="browsers">
      <h2 id="browsers">{t("accounts.browsers")}</h2>
      <p className="soft">{t("accounts.browsers_hint")}</p>
      <RefusalAlert error={end.error} />
      <Fetched query={browsers}>
        {(all) => (
          <>
            <ul className="account-list">
              {all.map((browser) => (
                <OneBrowser
                  key={browser.id}
                  browser={browser}
                  ending={end.isPending}
                  onEnd={() => end.mutate(browser.id)}
                />
              ))}
            </ul>
            {all.length > 1 && (
              <Button loading={end.isPending} onClick={() => end.mutate("others")}>
                {t("accounts.end_others")}
              </Button>
            )}
          </>
        )}
      </Fetched>
    </section>
  );
}

function OneBrowser({ browser, ending, onEnd }: { browser: Browser; ending: boolean; onEnd: () => void }) {
  const { t, i18n } = useTranslation();
  const times = {
    begun: momentText(browser.begun_at, i18n.language),
    seen: momentText(browser.last_seen_at, i18n.language),
  };
  return (
    <li>
      <span>
        <strong>{browser.device || t("accounts.device_unknown")}</strong>
        <br />
        <span className="soft">{t("accounts.browser_times", times)}</span>
      </span>
      {browser.is_current ? (
        <span className="soft">{t("accounts.this_browser")}</span>
      ) : (
        <Button danger disabled={ending} onClick={onEnd}>
          {t("accounts.end")}
        </Button>
      )}
    </li>
  );
}
