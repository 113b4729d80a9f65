import { useParams } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useSession } from "../../api/session";
import { ActionBar } from "../../ui/ActionBar";
import { Deadline } from "../../ui/Deadline";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { OwnLists } from "./OwnLists";
import "./selection.css";

type Round = components["schemas"]["RoundRead"];
const CHOOSES = new Set(["committee", "organization"]);

export default function RoundPage() {
  const { round_id } = useParams({ strict: false }) as { round_id: string };
  const round = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}", { params: { path: { round_id: Number(round_id) } } });
  return <Fetched query={round}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Round }) {
  const { t, i18n } = useTranslation();
  const { data: session } = useSession();
  return (
    <Page
      title={(i18n.language === "en" && of.title_en) || of.title_zh}
      subtitle={<StatusTag status={of.status} room="selection" />}
      crumbs={[{ label: t("nav.rounds"), to: "/rounds" }]}
      action={<ActionBar of={of} feature="selection/rounds" without={["submit"]} />}
    >
      <p>
        <Deadline at={of.closes_at} label={t("selection.round.closes")} />
      </p>
      <p className="prose">{t("selection.round.rule")}</p>
      <p className="soft">{t("selection.round.seed", { seed: of.seed })}</p>
      {session && CHOOSES.has(session.role) && of.status !== "draft" && <OwnLists round={of} role={session.role} />}
      {of.proposed_at && <Proposed round={of} />}
    </Page>
  );
}

function Proposed({ round }: { round: Round }) {
  const { t } = useTranslation();
  const params = { params: { path: { round_id: round.id } } };
  const pairs = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/pairs", params);
  const certificate = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/certificate", params);
  const checked = certificate.data as { stable: boolean; pairs: unknown[]; blocking: unknown[] } | undefined;
  const unmatched = Object.entries((round.unmatched?.needs ?? {}) as Record<string, string>);
  return (
    <>
      {checked && (
        <Alert
          type={checked.stable ? "success" : "error"}
          showIcon
          title={t(checked.stable ? "selection.round.stable" : "selection.round.blocked", { count: checked.pairs.length, blocking: checked.blocking.length })}
          action={
            <Button size="small" href={`/api/v1/selection/rounds/${round.id}/certificate`} target="_blank">
              {t("selection.round.certificate")}
            </Button>
          }
        />
      )}
      <section aria-labelledby="pairs">
        <h2 id="pairs">{t("selection.round.pairs")}</h2>
        {pairs.data?.length === 0 && <p className="soft">{t("selection.round.no_pairs")}</p>}
        <ul className="pairs">
          {pairs.data?.map((pair) => (
            <li key={pair.id}>
              <p>
                <strong>{pair.need_title}</strong> ↔ <strong>{pair.offer_title}</strong> <StatusTag status={pair.status} />
              </p>
              <ActionBar of={pair} feature="selection/pairs" />
            </li>
          ))}
        </ul>
      </section>
      {unmatched.length > 0 && (
        <section aria-labelledby="unmatched">
          <h2 id="unmatched">{t("selection.round.unmatched")}</h2>
          <ul>
            {unmatched.map(([key, reason]) => (
              <li key={key}>
                {key}：{t(`selection.unmatched.${reason}`)}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
