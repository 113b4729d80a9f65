import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import { request } from "../../api/request";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { dayText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { StatusTag } from "../../ui/StatusTag";

type Draw = components["schemas"]["DrawRead"];
type Called = components["schemas"]["CallBackRead"];
type Outcome = components["schemas"]["CallBackRecord"]["outcome"];
const OUTCOMES: readonly Outcome[] = ["confirmed", "denied", "reached", "not_reached"];
const IN_ROWS = new Set(["record_call_back"]);

type Props = { contractId: number; draws: readonly Draw[]; mayDraw: boolean };

/** Whom the lots fell on. Each draw says its seed once all were asked; how a single call went, only the evaluator sees. */
export function CallBacks({ contractId, draws, mayDraw }: Props) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="call-backs">
      <h3 id="call-backs">{t("contracts.sessions.call_backs")}</h3>
      {draws.map((each) => (
        <Drawn key={each.id} of={each} />
      ))}
      <ActionBar
        of={{ id: contractId, actions: mayDraw ? ["draw"] : [] }}
        feature="service_sessions/contracts"
        words="rooms.service_sessions"
      />
    </section>
  );
}

function Drawn({ of }: { of: Draw }) {
  const { t, i18n } = useTranslation();
  const facts = { day: dayText(of.drawn_at, i18n.language), population: of.population, size: of.size };
  const calls = of.actions.some((verb) => IN_ROWS.has(verb));
  return (
    <div className="draw">
      <p>
        {t("contracts.sessions.drawn", facts)} <StatusTag status={of.status} room="service_sessions" of="draws" />
      </p>
      <p className="soft">
        {t("contracts.sessions.digest")} <code>{of.digest}</code>
      </p>
      {of.seed && (
        <p className="soft">
          {t("contracts.sessions.seed")} <code>{of.seed}</code>{" "}
          <a href={fileAt("/api/v1/service_sessions/draws/{draw_id}", { draw_id: of.id }, {})}>
            {t("contracts.sessions.replay")}
          </a>
        </p>
      )}
      {calls && <Calls of={of} />}
      <ActionBar
        of={{ id: of.id, actions: of.actions.filter((verb) => !IN_ROWS.has(verb)) }}
        feature="service_sessions/draws"
        words="rooms.service_sessions"
      />
    </div>
  );
}

function Calls({ of }: { of: Draw }) {
  const params = { path: { draw_id: of.id } };
  const found = $api.useQuery("get", "/api/v1/service_sessions/draws/{draw_id}/call_backs", { params });
  const cache = useQueryClient();
  const record = useMutation({
    mutationFn: ({ id, outcome }: { id: number; outcome: Outcome }) =>
      request(`/api/v1/service_sessions/draws/${of.id}/call_backs/${id}/record`, { method: "POST", body: { outcome } }),
    onSettled: () => cache.invalidateQueries(),
  });
  return (
    <Fetched query={found}>
      {({ items }) => (
        <>
          {record.isError && <RefusalAlert error={record.error} />}
          <ol className="calls">
            {items.map((each) => (
              <li key={each.sign_in_id}>
                <Row
                  of={each}
                  sending={record.isPending}
                  onOutcome={(outcome) => record.mutate({ id: each.sign_in_id, outcome })}
                />
              </li>
            ))}
          </ol>
        </>
      )}
    </Fetched>
  );
}

type RowProps = { of: Called; sending: boolean; onOutcome: (outcome: Outcome) => void };

function Row({ of, sending, onOutcome }: RowProps) {
  const { t, i18n } = useTranslation();
  const isAnswered = of.status === "confirmed" || of.status === "denied";
  const row = { title: of.title, day: dayText(of.starts_at, i18n.language), number: of.number };
  return (
    <>
      <span>
        {t("contracts.sessions.row", row)} <span className="soft">{t(`rooms.service_sessions.by.${of.kind}`)}</span>{" "}
        <StatusTag status={of.status} room="service_sessions" of="call_backs" />
      </span>
      {!isAnswered && (
        <Space wrap size="small" role="group" aria-label={t("contracts.sessions.row", row)}>
          {OUTCOMES.map((outcome) => (
            <Button key={outcome} size="small" disabled={sending} onClick={() => onOutcome(outcome)}>
              {t(`rooms.service_sessions.status.call_backs.${outcome}`)}
            </Button>
          ))}
        </Space>
      )}
    </>
  );
}
