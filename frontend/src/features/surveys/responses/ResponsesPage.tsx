import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { languageOf } from "../../../api/refusal";
import type { components } from "../../../api/schema.gen";
import { ActionBar } from "../../../ui/ActionBar";
import { type Column, DataTable } from "../../../ui/DataTable";
import { momentText } from "../../../ui/format";
import { Link, useGo, useNumber } from "../../../ui/Link";
import { Page } from "../../../ui/Page";
import { Fetched } from "../../../ui/Pending";
import { StatusTag } from "../../../ui/StatusTag";
import { Place } from "../Place";
import { useAnswers, useWave } from "../useWave";
import { ConfirmAllForm } from "./forms";
import { Imports } from "./Imports";
import "../surveys.css";

type Wave = components["schemas"]["WaveRead"];
type Row = components["schemas"]["ResponseRow"];
const STATES = ["submitted", "valid", "invalid", "duplicate", "withdrawn"] as const;
/** What is done to a wave here; the rest is done on the page of its survey. */
const REVIEW = new Set(["confirm_unflagged", "enter", "export_responses"]);

/** The answers of a wave: what came in, what is doubtful, what a person has decided. */
export default function ResponsesPage() {
  const wave = useWave(useNumber("wave_id"));
  return <Fetched query={wave}>{(found) => <Shown wave={found} />}</Fetched>;
}

function Shown({ wave }: { wave: Wave }) {
  const { t, i18n } = useTranslation();
  const go = useGo();
  const takeAnswers = useAnswers(wave.id);
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", {
    params: { path: { survey_id: wave.survey_id } },
  });
  const title = survey.data?.title;
  return (
    <Page
      title={t("surveys.responses.title", { wave: wave.title || t("surveys.wave", { number: wave.id }) })}
      subtitle={
        <>
          {t("surveys.responses.subtitle", { returned: wave.tally.returned, valid: wave.tally.valid })}{" "}
          <StatusTag status={wave.state} room="surveys" of="waves" />
        </>
      }
      crumbs={[
        { label: t("nav.surveys"), to: "/surveys" },
        {
          label: (title && (title[languageOf(i18n.language)] || title.zh)) ?? t("nav.survey"),
          to: `/surveys/${wave.survey_id}`,
        },
      ]}
      action={
        <ActionBar
          of={{ ...wave, actions: wave.actions.filter((verb) => REVIEW.has(verb)) }}
          feature="surveys/waves"
          words="rooms.surveys"
          forms={{ confirm_unflagged: ConfirmAllForm }}
          go={{
            enter: () => go(`/surveys/waves/${wave.id}/enter`),
            export_responses: takeAnswers,
          }}
        />
      }
    >
      <Waiting wave={wave} />
      <Answers waveId={wave.id} />
      {wave.actions.includes("export_responses") && <Imports waveId={wave.id} />}
    </Page>
  );
}

function Answers({ waveId }: { waveId: number }) {
  const { t } = useTranslation();
  return (
    <DataTable
      from="/api/v1/surveys/waves/{wave_id}/responses"
      parts={{ wave_id: waveId }}
      caption={t("nav.responses")}
      rowKey={(row) => row.id}
      to={(row) => `/surveys/responses/${row.id}`}
      filters={[
        {
          name: "status",
          kind: "choice",
          label: t("field.status"),
          options: STATES.map((value) => ({ value, label: t(`rooms.surveys.status.responses.${value}`) })),
        },
        {
          name: "flagged",
          kind: "choice",
          label: t("rooms.surveys.field.suggestions"),
          options: ["true", "false"].map((value) => ({ value, label: t(`surveys.responses.flagged.${value}`) })),
        },
      ]}
      columns={useColumns()}
      empty={{ title: t("surveys.responses.empty"), hint: t("surveys.responses.empty_hint") }}
    />
  );
}

function useColumns(): Column<Row>[] {
  const { t, i18n } = useTranslation();
  return [
    {
      key: "serial",
      title: t("rooms.surveys.field.serial"),
      phone: "title",
      render: (row) => row.serial ?? `#${row.id}`,
    },
    {
      key: "status",
      title: t("field.status"),
      render: (row) => <StatusTag status={row.status} room="surveys" of="responses" />,
    },
    {
      key: "suggestions",
      title: t("rooms.surveys.field.suggestions"),
      render: (row) =>
        row.suggestions.length === 0
          ? "—"
          : row.suggestions.map(({ code }) => (
              <Tag key={code} className="status status-wait">
                {t(`rooms.surveys.quality.${code}`)}
              </Tag>
            )),
    },
    {
      key: "place",
      title: t("rooms.surveys.field.community_code"),
      render: (row) => <Place code={row.community_code} />,
    },
    {
      key: "source",
      title: t("rooms.surveys.field.source"),
      render: (row) => t(`rooms.surveys.survey_source.${row.source}`),
    },
    {
      key: "submitted_at",
      title: t("rooms.surveys.field.submitted_at"),
      sort: "submitted_at",
      render: (row) => momentText(row.submitted_at, i18n.language),
    },
  ];
}

/** How many wait for a decision, and the way to the first of them. */
function Waiting({ wave }: { wave: Wave }) {
  const { t } = useTranslation();
  const count = wave.tally.states.submitted ?? 0;
  const params = { path: { wave_id: wave.id } };
  const flagged = $api.useQuery("get", "/api/v1/surveys/waves/{wave_id}/responses", {
    params: { ...params, query: { status: "submitted", flagged: true, limit: 1 } },
  });
  const any = $api.useQuery("get", "/api/v1/surveys/waves/{wave_id}/responses", {
    params: { ...params, query: { status: "submitted", limit: 1 } },
  });
  const first = (flagged.data?.items ?? [])[0] ?? any.data?.items[0];
  if (count === 0 || !first) return <p className="soft">{t("surveys.responses.all_reviewed")}</p>;
  return (
    <p>
      {t("surveys.responses.waiting", { count, flagged: count - wave.unflagged })}{" "}
      <Link to={`/surveys/responses/${first.id}`}>{t("surveys.responses.begin")}</Link>
    </p>
  );
}
