import { FilePdfOutlined, FileWordOutlined } from "@ant-design/icons";
import { Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import { Deadline } from "../../ui/Deadline";
import { dayText } from "../../ui/format";
import { KnownBudget, KnownOutput } from "../../ui/Known";
import { Link } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { BeginForm, SignReportForm, SubmitReportForm } from "./evaluationForms";

export type ContractEvaluations = components["schemas"]["ContractEvaluations"];
type Evaluation = components["schemas"]["EvaluationRead"];
type Report = components["schemas"]["EvaluationReportRead"];

/** How a contract was evaluated half way, at its end and on the spot; nothing where nothing was and none can begin. */
export function Evaluations({ contractId }: { contractId: number }) {
  const params = { path: { contract_id: contractId } };
  const found = $api.useQuery("get", "/api/v1/evaluations/contracts/{contract_id}", { params });
  return (
    <Fetched query={found}>
      {(it) => (it.items.length + it.actions.length > 0 ? <Shown contractId={contractId} of={it} /> : null)}
    </Fetched>
  );
}

function Shown({ contractId, of }: { contractId: number; of: ContractEvaluations }) {
  const { t } = useTranslation();
  return (
    <section className="evaluations" aria-labelledby="evaluations">
      <h2 id="evaluations">{t("contracts.evaluations.title")}</h2>
      {of.items.length === 0 && <p className="soft">{t("contracts.evaluations.none")}</p>}
      <ol className="milestones">
        {of.items.map((each) => (
          <li key={each.id} className={`milestone evaluation-${each.status}`}>
            <One of={each} />
          </li>
        ))}
      </ol>
      <ActionBar
        of={{ ...of, id: contractId }}
        feature="evaluations/contracts"
        words="rooms.evaluations"
        forms={{ begin: BeginForm }}
      />
    </section>
  );
}

function One({ of }: { of: Evaluation }) {
  const { t, i18n } = useTranslation();
  const by = { party: chosen(of, "party", i18n.language), day: dayText(of.begun_at, i18n.language) };
  const isOnNotice = of.status === "announced" || of.status === "reviewing";
  return (
    <>
      <h3>
        {t(`rooms.evaluations.kind.${of.kind}`)} <StatusTag status={of.status} room="assessments" />
      </h3>
      <p className="soft">{t("contracts.evaluations.by", by)}</p>
      {of.band && of.reports.length === 0 && <Result of={{ total: of.total, band: of.band }} />}
      {isOnNotice && of.notice_ends_on && (
        <p>
          <Deadline at={of.notice_ends_on} label={t("contracts.evaluations.notice")} />
        </p>
      )}
      {of.is_assessment_seen && (
        <p>
          <Link to={`/assessments/${of.assessment_id}`}>{t("contracts.evaluations.go")}</Link>
        </p>
      )}
      {of.reports.map((each) => (
        <Said key={each.id} of={each} />
      ))}
      <ActionBar of={of} feature="evaluations" words="rooms.evaluations" forms={{ submit: SubmitReportForm }} />
    </>
  );
}

function Result({ of }: { of: { total: string | null; band: string } }) {
  const { t } = useTranslation();
  const said = { total: Number(of.total), band: t(`rooms.ratings.grade.${of.band}`) };
  return (
    <p>
      <strong>{t("contracts.evaluations.result", said)}</strong>
    </p>
  );
}

/** A report: what it says of the result, who signed it, and its paper. */
function Said({ of }: { of: Report }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="milestone-said">
      <StatusTag status={of.status} room="evaluations" />
      <Result of={of} />
      {of.known && (
        <>
          <h4>{t("rooms.evaluations.known.title")}</h4>
          <KnownOutput of={of.known.output} />
          <KnownBudget of={of.known.budget} />
        </>
      )}
      <p className="prose">{of.opinion}</p>
      {of.advice && (
        <p className="prose">
          <strong>{t("contracts.evaluations.advice")}</strong> {of.advice}
        </p>
      )}
      {of.signed_at && (
        <p className="soft">
          {t("contracts.evaluations.signed_by", { name: of.signer, day: dayText(of.signed_at, i18n.language) })}
        </p>
      )}
      <Paper of={of} />
      <ActionBar of={of} feature="evaluations/reports" words="rooms.evaluations" forms={{ sign: SignReportForm }} />
    </div>
  );
}

function Paper({ of }: { of: Report }) {
  const { t } = useTranslation();
  const at = (format: "pdf" | "docx"): string =>
    fileAt("/api/v1/evaluations/reports/{report_id}/paper", { report_id: of.id }, { format });
  return (
    <Space wrap className="no-print">
      <Button href={at("pdf")} target="_blank" icon={<FilePdfOutlined aria-hidden />}>
        {t("contracts.paper_pdf")}
      </Button>
      <Button href={at("docx")} icon={<FileWordOutlined aria-hidden />}>
        {t("contracts.paper_word")}
      </Button>
    </Space>
  );
}
