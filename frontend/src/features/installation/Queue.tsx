import { Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { momentText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { Section } from "./Section";
import { useChanged } from "./useChanged";

type Kind = components["schemas"]["JobKindRead"];
type Failed = components["schemas"]["FailedJobRead"];
const TEN_SECONDS = 10_000;

/** What the server does in the background, by kind, and what came to nothing. */
export function Queue() {
  const { t } = useTranslation();
  const queue = $api.useQuery("get", "/api/v1/installation/jobs", {}, { refetchInterval: TEN_SECONDS });
  return (
    <Section name="queue" hint={t("installation.queue.hint")}>
      <Fetched query={queue}>
        {({ kinds, failed }) => (
          <>
            {kinds.length === 0 && <p>{t("installation.queue.none")}</p>}
            <ul className="installation-list">
              {kinds.map((kind) => (
                <li key={kind.kind}>
                  <KindLine of={kind} />
                </li>
              ))}
            </ul>
            {failed.length > 0 && (
              <>
                <h3>{t("installation.queue.failed", { count: failed.length })}</h3>
                <ul className="installation-list">
                  {failed.map((job) => (
                    <li key={job.id} className="installation-wrong">
                      <FailedLine of={job} />
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </Fetched>
    </Section>
  );
}

/** What a kind of job is called; one that is not known by name, by its code. */
function useKind(): (kind: string) => string {
  const { t } = useTranslation();
  return (kind) => t([`installation.kind.${kind}`, "installation.kind.other"], { kind });
}

function KindLine({ of }: { of: Kind }) {
  const { t, i18n } = useTranslation();
  const called = useKind();
  return (
    <>
      <strong>{called(of.kind)}</strong>
      <span className="figures">{t("installation.queue.counts", of)}</span>
      {of.oldest_at && (
        <span className="soft">
          {t("installation.queue.oldest", { since: momentText(of.oldest_at, i18n.language) })}
        </span>
      )}
    </>
  );
}

function FailedLine({ of }: { of: Failed }) {
  const { t, i18n } = useTranslation();
  const called = useKind();
  const changed = useChanged();
  const params = { params: { path: { job_id: of.id } } };
  const retry = $api.useMutation("post", "/api/v1/installation/jobs/{job_id}/retry", {
    onSuccess: () => changed(t("installation.queue.retried")),
  });
  const forget = $api.useMutation("post", "/api/v1/installation/jobs/{job_id}/forget", {
    onSuccess: () => changed(t("installation.queue.forgotten")),
  });
  return (
    <>
      <strong>{called(of.kind)}</strong>
      <span className="soft">
        {of.failed_at && momentText(of.failed_at, i18n.language)}{" "}
        {t("installation.queue.attempts", { count: of.attempts })}
      </span>
      <code className="installation-reason">{of.reason ?? t("installation.queue.unknown")}</code>
      <span className="installation-buttons">
        <Button loading={retry.isPending} onClick={() => retry.mutate(params)}>
          {t("installation.queue.retry")}
        </Button>
        <Popconfirm
          title={t("installation.queue.forget_sure")}
          okText={t("installation.queue.forget")}
          cancelText={t("ui.cancel")}
          onConfirm={() => forget.mutate(params)}
        >
          <Button danger loading={forget.isPending}>
            {t("installation.queue.forget")}
          </Button>
        </Popconfirm>
      </span>
      <RefusalAlert error={retry.error ?? forget.error} />
    </>
  );
}
