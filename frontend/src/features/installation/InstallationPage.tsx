import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";
import { AuditChecks } from "./AuditChecks";
import { Calendar } from "./Calendar";
import { Health } from "./Health";
import { Mails } from "./Mails";
import { Queue } from "./Queue";
import { Reference } from "./Reference";
import "./installation.css";

/** Whether everything runs, and what an administrator does where it does not. */
export default function InstallationPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("installation.title")} subtitle={t("installation.subtitle")}>
      <Health />
      <Queue />
      <Mails />
      <AuditChecks />
      <Calendar />
      <Reference />
    </Page>
  );
}
