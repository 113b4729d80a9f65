import { useTranslation } from "react-i18next";
import { partyName, useSession } from "../../api/session";
import { Page } from "../../ui/Page";

/** Where a person arrives: who they are here. */
export default function Desk() {
  const { t, i18n } = useTranslation();
  const { data: session } = useSession();
  return (
    <Page
      title={t("desk.title", { name: session?.display_name ?? "" })}
      subtitle={session && [t(`role.${session.role}`), partyName(session.current?.party ?? null, i18n.language)].filter(Boolean).join(" · ")}
    />
  );
}
