import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { momentText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { Section } from "./Section";
import { useChanged } from "./useChanged";

type Mail = components["schemas"]["MailRead"];
const A_MINUTE = 60_000;

/** Mails that wait, and those that the mail server did not take. */
export function Mails() {
  const { t } = useTranslation();
  const box = $api.useQuery("get", "/api/v1/notifications/mails", {}, { refetchInterval: A_MINUTE });
  return (
    <Section name="mails">
      <Fetched query={box}>
        {({ is_offered, waiting, unsent }) => (
          <>
            <p>
              {is_offered || waiting + unsent.length > 0
                ? t("installation.mails.counts", { waiting, unsent: unsent.length })
                : t("installation.mails.not_offered")}
            </p>
            <ul className="installation-list">
              {unsent.map((mail) => (
                <li key={mail.id} className={mail.refused_at ? "installation-wrong" : undefined}>
                  <MailLine of={mail} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Fetched>
    </Section>
  );
}

function MailLine({ of }: { of: Mail }) {
  const { t, i18n } = useTranslation();
  const changed = useChanged();
  const send = $api.useMutation("post", "/api/v1/notifications/mails/{mail_id}/send", {
    onSuccess: () => changed(t("installation.mails.sending")),
  });
  const at = momentText(of.refused_at ?? of.due_at, i18n.language);
  return (
    <>
      <strong>
        {of.display_name} <span className="installation-reason">{of.address}</span>
      </strong>
      <span className="soft">
        {t(of.refused_at ? "installation.mails.refused" : "installation.mails.again", { at, tries: of.tries })}
      </span>
      <code className="installation-reason">{of.fault}</code>
      {of.is_code ? (
        <span className="soft">{t("installation.mails.code")}</span>
      ) : (
        <span className="installation-buttons">
          <Button loading={send.isPending} onClick={() => send.mutate({ params: { path: { mail_id: of.id } } })}>
            {t("installation.mails.send")}
          </Button>
        </span>
      )}
      <RefusalAlert error={send.error} />
    </>
  );
}
