import { useTranslation } from "react-i18next";
import { membershipOf, useSession } from "../../api/session";
import { Page } from "../../ui/Page";

/** Where a person arrives: who they are here. */
export default function Desk() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const membership = membershipOf(session);
  return (
    <Page
      title={t("desk.title", { name: session?.account?.name ?? "" })}
      subtitle={membership && [t(`role.${membership.role}`), membership.party?.name].filter(Boolean).join(" · ")}
    />
  );
}
