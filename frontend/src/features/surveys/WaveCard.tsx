import { PrinterOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Modal, Progress, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import { upload } from "../../api/request";
import type { components } from "../../api/schema.gen";
import { ExportButton } from "../../ui/ExportButton";
import { FileButton } from "../../ui/FileButton";
import { ActionBar } from "../../ui/ActionBar";
import { endText, momentText, percentText } from "../../ui/format";
import { Link, useGo } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { StatusTag } from "../../ui/StatusTag";
import { ImportAnswers } from "./ImportAnswers";
import type { Question } from "./mapping";
import { Ledger } from "./Ledger";
import { Place } from "./Place";
import { ConfirmAllForm } from "./responses/forms";
import { useAnswers } from "./useWave";
import { CardsForm, HandoutForm, IssueForm, WaveForm } from "./WaveForms";

type Wave = components["schemas"]["WaveRead"];
type Tally = Wave["tally"];

/** One collection of answers: where it goes, what went out and came back, and what can be done with it now. */
export function WaveCard({ wave, questions }: { wave: Wave; questions: readonly Question[] }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<"edit" | "make_tokens" | "import_issued" | "import_responses" | null>(null);
  const leave = (): void => setAsking(null);
  const go = useGo();
  const takeAnswers = useAnswers(wave.id);
  const channel = t(`rooms.surveys.survey_channel.${wave.channel}`);
  return (
    <section className="panel wave" aria-labelledby={`wave-${wave.id}`}>
      <h3 id={`wave-${wave.id}`}>
        {wave.title || t("surveys.wave", { number: wave.id })} · {channel}{" "}
        <StatusTag status={wave.state} room="surveys" of="waves" />
      </h3>
      <Reach of={wave} />
      <Return of={wave.tally} />
      {(wave.tally.issued ?? 0) > 0 && <Ledger waveId={wave.id} />}
      {wave.by_community.length > 1 && <ByCommunity of={wave} />}
      {wave.open_path && wave.state === "open" && <OpenLink wave={wave} />}
      <p>
        <Link to={`/surveys/waves/${wave.id}/responses`}>
          {t("surveys.waves.to_responses", { count: wave.tally.states.submitted ?? 0 })}
        </Link>
      </p>
      {wave.channel === "paper" && wave.actions.includes("make_sheets") && (wave.tally.issued ?? 0) > 0 && (
        <Sheets of={wave} />
      )}
      <ActionBar
        of={wave}
        feature="surveys/waves"
        words={["surveys.of_wave", "rooms.surveys"]}
        forms={{ issue: IssueForm, make_sheets: HandoutForm, confirm_unflagged: ConfirmAllForm }}
        go={{
          edit: () => setAsking("edit"),
          make_tokens: () => setAsking("make_tokens"),
          import_issued: () => setAsking("import_issued"),
          import_responses: () => setAsking("import_responses"),
          enter: () => go(`/surveys/waves/${wave.id}/enter`),
          export_responses: takeAnswers,
        }}
      />
      {asking === "import_responses" && <ImportAnswers wave={wave} questions={questions} />}
      {asking === "import_issued" && <ImportIssued wave={wave} leave={leave} />}
      <Modal
        open={asking === "edit" || asking === "make_tokens"}
        title={asking && t(`rooms.surveys.action.${asking}`)}
        footer={null}
        onCancel={leave}
        destroyOnHidden
      >
        {asking === "edit" && <WaveForm survey_id={wave.survey_id} wave={wave} leave={leave} />}
        {asking === "make_tokens" && <CardsForm wave={wave} leave={leave} />}
      </Modal>
    </section>
  );
}

/** The numbered questionnaires, to be printed. */
function Sheets({ of }: { of: Wave }) {
  const { t } = useTranslation();
  return (
    <p>
      <ExportButton
        at={fileAt("/api/v1/surveys/waves/{wave_id}/print_sheets", { wave_id: of.id }, {})}
        label={t("rooms.surveys.action.print_sheets")}
        icon={<PrinterOutlined aria-hidden />}
      />
    </p>
  );
}

/** Where it goes, from when, until when. */
function Reach({ of: { communities, opens_at, closes_at } }: { of: Wave }) {
  const { t, i18n } = useTranslation();
  const [only = ""] = communities;
  return (
    <p className="soft">
      {communities.length === 1 ? <Place code={only} /> : t("surveys.waves.communities", { count: communities.length })}
      {opens_at && ` · ${t("surveys.waves.opens", { at: momentText(opens_at, i18n.language) })}`}
      {closes_at && ` · ${t("surveys.waves.closes", { at: endText(closes_at, i18n.language) })}`}
    </p>
  );
}

/** What came back of what went out; of an open link nobody knows how many it reached. */
function Return({ of: { issued, issued_unknown, returned, valid, recovery } }: { of: Tally }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="return" role="group" aria-label={t("surveys.waves.return")}>
      <p>
        <strong className="return-count figures">{returned}</strong> {t("surveys.waves.returned")}
        {issued !== null && (
          <>
            {" "}
            {t("surveys.waves.of_issued", { issued })}
            {recovery.rate && ` · ${percentText(Number(recovery.rate), i18n.language)}`}
          </>
        )}
        {" · "}
        {t("surveys.waves.valid", { valid })}
      </p>
      {issued === null ? (
        <p className="soft">{issued_unknown && t(`rooms.surveys.issued_unknown.${issued_unknown}`)}</p>
      ) : (
        <Progress percent={Math.round(Number(recovery.rate ?? 0) * 100)} showInfo={false} aria-hidden />
      )}
    </div>
  );
}

function ByCommunity({ of }: { of: Wave }) {
  const { t, i18n } = useTranslation();
  return (
    <details>
      <summary>{t("surveys.waves.by_community")}</summary>
      <table className="mapping">
        <thead>
          <tr>
            <th>{t("surveys.figures.communities")}</th>
            <th>{t("rooms.surveys.field.issued")}</th>
            <th>{t("rooms.surveys.field.returned")}</th>
            <th>{t("surveys.waves.rate")}</th>
          </tr>
        </thead>
        <tbody>
          {of.by_community.map(({ community_code, issued, returned, recovery }) => (
            <tr key={community_code}>
              <th scope="row">
                <Place code={community_code ?? ""} />
              </th>
              <td className="figures">{issued ?? "—"}</td>
              <td className="figures">{returned}</td>
              <td className="figures">{recovery.rate ? percentText(Number(recovery.rate), i18n.language) : "—"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** The one address of an open link: shown to be scanned, copied to be sent on, printed to be hung up. */
function OpenLink({ wave }: { wave: Wave }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const params = { params: { path: { wave_id: wave.id } } };
  const link = $api.useQuery("get", "/api/v1/surveys/waves/{wave_id}/link", params, {
    staleTime: Number.POSITIVE_INFINITY,
  });
  const copy = (address: string): void =>
    void navigator.clipboard.writeText(address).then(() => message.success(t("surveys.waves.copied")));
  return (
    <Fetched query={link}>
      {({ address, path, qr_svg }) => (
        <div className="open-link">
          <img
            src={`data:image/svg+xml,${encodeURIComponent(qr_svg)}`}
            alt={t("surveys.waves.qr")}
            width={168}
            height={168}
          />
          <div>
            <p>
              <a href={path} target="_blank" rel="noreferrer">
                {address}
              </a>
            </p>
            <Space wrap>
              <Button
                type="primary"
                href={fileAt("/api/v1/surveys/waves/{wave_id}/print_poster", { wave_id: wave.id }, {})}
                download
              >
                {t("surveys.waves.poster")}
              </Button>
              {"clipboard" in navigator && <Button onClick={() => copy(address)}>{t("surveys.waves.copy")}</Button>}
            </Space>
          </div>
        </div>
      )}
    </Fetched>
  );
}

function ImportIssued({ wave, leave }: { wave: Wave; leave: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const take = useMutation({
    mutationFn: (file: File) => upload<{ added: number }>(`/api/v1/surveys/waves/${wave.id}/import_issued`, file),
    onSuccess: ({ added }) => {
      message.success(t("surveys.waves.issued", { added }));
      leave();
      void cache.invalidateQueries();
    },
  });
  return (
    <div className="import">
      <p className="soft">{t("surveys.waves.issued_hint")}</p>
      <FileButton label={t("rooms.surveys.action.import_issued")} loading={take.isPending} onFile={take.mutate} />
      <RefusalAlert error={take.error} />
    </div>
  );
}
