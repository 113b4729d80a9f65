import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import { following } from "../../api/changes";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { momentText, numberText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { Section } from "./Section";

type Check = components["schemas"]["AuditCheckRead"];
const AT = "/api/v1/installation/audit_checks";
const ASK_AGAIN = 2000; // ms, while a check is under way
const isLive = ({ status }: Check): boolean => status === "waiting" || status === "running";

/** Whether anything that was logged has been altered since: asked for here, and by itself every night. */
export function AuditChecks() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const checks = $api.useQuery(
    "get",
    AT,
    {},
    following((latest?: Check[]) => (latest?.some(isLive) ? ["jobs"] : []), ASK_AGAIN),
  );
  const ask = $api.useMutation("post", AT, { onSettled: () => cache.invalidateQueries() });
  return (
    <Section name="audit" hint={t("installation.audit.hint")}>
      <Fetched query={checks}>
        {(it) => (
          <>
            {it.length === 0 && <p>{t("installation.audit.none")}</p>}
            <ul className="installation-list">
              {it.map((check) => (
                <li key={check.id} className={check.found > 0 ? "installation-wrong" : undefined}>
                  <CheckLine of={check} />
                </li>
              ))}
            </ul>
            <Button type="primary" loading={ask.isPending} disabled={it.some(isLive)} onClick={() => ask.mutate({})}>
              {t("installation.audit.ask")}
            </Button>
          </>
        )}
      </Fetched>
      <RefusalAlert error={ask.error} />
    </Section>
  );
}

function CheckLine({ of }: { of: Check }) {
  const { t, i18n } = useTranslation();
  const facts = {
    done: numberText(of.done, i18n.language),
    total: numberText(of.total ?? 0, i18n.language),
    count: of.found,
  };
  return (
    <>
      <strong>
        {momentText(of.ended_at ?? of.asked_at, i18n.language)}{" "}
        <span className="soft">{t(of.is_nightly ? "installation.audit.nightly" : "installation.audit.by_hand")}</span>
      </strong>
      <span role={isLive(of) ? "status" : undefined}>{t(`installation.audit.${wordOf(of)}`, facts)}</span>
      {isLive(of) && of.total !== null && (
        <Progress
          percent={Math.round((of.done / Math.max(of.total, 1)) * 100)}
          aria-label={t("installation.audit.running", facts)}
        />
      )}
      {of.found > 0 && (
        <Alert
          type="error"
          title={t("installation.audit.what_now")}
          description={
            <ul className="installation-faults">
              {of.faults.map(({ stream, seq, fault }) => (
                <li key={`${stream} ${seq}`}>
                  <code>
                    {stream} #{seq}
                  </code>{" "}
                  {t(`installation.audit.fault.${fault}`)}
                </li>
              ))}
            </ul>
          }
        />
      )}
    </>
  );
}

function wordOf({ status, found }: Check): string {
  if (status !== "done") return status;
  return found > 0 ? "broken" : "sound";
}
