import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { fileSizeText, momentText, percentText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { Section } from "./Section";

type Read = components["schemas"]["InstallationRead"];
type Line = { name: string; text: string; wrong?: boolean };
const A_MINUTE = 60_000;
const SCARCE = 0.1;

/** What the platform stands on. What is not well is said in words, too, not by its colour alone. */
export function Health() {
  const read = $api.useQuery("get", "/api/v1/installation", {}, { refetchInterval: A_MINUTE });
  return (
    <Section name="health">
      <Fetched query={read}>{(it) => <Lines of={it} />}</Fetched>
    </Section>
  );
}

function Lines({ of }: { of: Read }) {
  const { t } = useTranslation();
  return (
    <dl className="installation-facts">
      {useLines(of).map(({ name, text, wrong }) => (
        <div key={name} className={wrong ? "installation-wrong" : undefined}>
          <dt>{t(`installation.health.${name}`)}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function useLines(of: Read): Line[] {
  const { t, i18n } = useTranslation();
  const size = (bytes: number): string => fileSizeText(bytes, i18n.language);
  const free = of.disk_free / of.disk_total;
  const since = of.worker_at ? momentText(of.worker_at, i18n.language) : t("installation.health.never");
  return [
    {
      name: "worker",
      text: t(of.is_working ? "installation.health.working" : "installation.health.not_working", { since }),
      wrong: !of.is_working,
    },
    {
      name: "disk",
      text: t(free < SCARCE ? "installation.health.scarce" : "installation.health.free", {
        free: size(of.disk_free),
        total: size(of.disk_total),
        share: percentText(free, i18n.language),
      }),
      wrong: free < SCARCE,
    },
    {
      name: "database",
      text: t(of.has_own_database ? "installation.health.own" : "installation.health.shipped", {
        version: of.database_version,
        size: size(of.database_bytes),
      }),
    },
    { name: "version", text: t("installation.health.versions", { version: of.version, migration: of.migration }) },
    { name: "mail", text: t(`installation.health.mail_${of.has_mail_server ? "set" : "unset"}`) },
    { name: "scanner", text: t(`installation.health.scanner_${of.has_virus_scanner ? "set" : "unset"}`) },
    { name: "address", text: of.public_url ?? t("installation.health.address_unset") },
    ...(of.is_demonstration ? [{ name: "demonstration", text: t("installation.health.demonstration_on") }] : []),
  ];
}
