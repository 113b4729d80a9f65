import { FilePdfOutlined, FileWordOutlined } from "@ant-design/icons";
import { Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import { ActionBar } from "../../ui/ActionBar";
import { dayText, moneyText } from "../../ui/format";
import { StatusTag } from "../../ui/StatusTag";
import type { ContractBudget } from "./Budget";
import { SignAuditForm } from "./budgetForms";
import { agreed } from "./share";

type Audit = ContractBudget["audits"][number];

/** The reports of the auditing firm, to read and to print. */
export function Audits({ of }: { of: Audit[] }) {
  const { t } = useTranslation();
  return (
    <>
      <h3>{t("contracts.budget.audits")}</h3>
      <ol className="milestones">
        {of.map((each) => (
          <li key={each.id} className={`milestone audit-${each.status}`}>
            <One of={each} />
          </li>
        ))}
      </ol>
    </>
  );
}

function One({ of }: { of: Audit }) {
  const { t, i18n } = useTranslation();
  const money = (amount: Audit["allowed"]): string => moneyText(amount, i18n.language);
  const sums = { vouched: money(of.vouched), disallowed: money(of.disallowed), allowed: money(of.allowed) };
  return (
    <>
      <h4>
        {t(`rooms.budgets.kind.${of.kind}`)} <StatusTag status={of.status} room="budgets" of="audits" />
      </h4>
      <p>
        {t("contracts.budget.sum", sums)} · {t("contracts.budget.execution", { share: agreed(of.execution) })}
      </p>
      <p className="prose">{of.opinion}</p>
      {of.embezzlement && (
        <p className="milestone-late prose">
          {t("rooms.budgets.band.embezzled")} {of.embezzlement}
        </p>
      )}
      {of.signed_at && (
        <p className="soft">
          {t("contracts.budget.signed_by", { name: of.signer, day: dayText(of.signed_at, i18n.language) })}
        </p>
      )}
      <Paper of={of} />
      <ActionBar of={of} feature="budgets/audits" words="rooms.budgets" forms={{ sign: SignAuditForm }} />
    </>
  );
}

function Paper({ of }: { of: Audit }) {
  const { t } = useTranslation();
  const at = (format: "pdf" | "docx"): string =>
    fileAt("/api/v1/budgets/audits/{audit_id}/paper", { audit_id: of.id }, { format });
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
