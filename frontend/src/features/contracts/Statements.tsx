import { PaperClipOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ActionBar } from "../../ui/ActionBar";
import { Attachments } from "../../ui/Attachments";
import { dayText, moneyText } from "../../ui/format";
import { Money } from "../../ui/Money";
import type { ContractBudget } from "./Budget";
import { DisallowForm } from "./budgetForms";
import { RestateForm } from "./budgetSheets";

type Statement = ContractBudget["statements"][number];

/** What was spent, voucher by voucher, with its receipts and with what the auditor does not recognise of it. */
export function Statements({ of }: { of: ContractBudget }) {
  const { t } = useTranslation();
  const named = (id: number): string => of.lines.find((line) => line.id === id)?.name ?? "";
  return (
    <>
      <h3>{t("contracts.budget.statements")}</h3>
      {of.statements.length === 0 && <p className="soft">{t("contracts.budget.no_statements")}</p>}
      <ol className="milestones">
        {of.statements.map((each) => (
          <li key={each.id} className={`milestone${each.superseded_by ? " statement-superseded" : ""}`}>
            <One of={each} line={named(each.line_id)} />
          </li>
        ))}
      </ol>
    </>
  );
}

function One({ of, line }: { of: Statement; line: string }) {
  const { t, i18n } = useTranslation();
  const day = (at: string): string => dayText(at, i18n.language);
  const disallowed = { amount: moneyText(of.disallowed, i18n.language), reason: of.reason };
  return (
    <>
      <h4>
        {line} <Money of={of.spent} />
      </h4>
      <p className="soft">
        {day(of.starts_on)} – {day(of.ends_on)} · {t("contracts.voucher", { voucher: of.voucher })}
      </p>
      {of.note && <p className="prose">{of.note}</p>}
      {of.superseded_by && <p className="soft">{t("contracts.budget.superseded")}</p>}
      {Number(of.disallowed.amount) > 0 && (
        <p className="milestone-late prose">{t("contracts.budget.disallowed", disallowed)}</p>
      )}
      <Receipts of={of} />
      <ActionBar
        of={of}
        feature="budgets/statements"
        words="rooms.budgets"
        forms={{ restate: RestateForm, disallow: DisallowForm }}
      />
    </>
  );
}

/** Asked for where somebody wants to see them: a contract has many vouchers. */
function Receipts({ of }: { of: Statement }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        size="small"
        className="no-print"
        icon={<PaperClipOutlined aria-hidden />}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {t("contracts.budget.receipts")}
      </Button>
      {isOpen && <Attachments holder="statement" id={of.id} title={t("contracts.budget.receipts")} />}
    </>
  );
}
