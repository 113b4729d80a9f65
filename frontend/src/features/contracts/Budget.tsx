import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { Fetched } from "../../ui/Pending";
import { dayText, moneyText } from "../../ui/format";
import { StatusTag } from "../../ui/StatusTag";
import { Audits } from "./Audits";
import { FlagForm, GrantForm, RefuseForm, ReturnForm } from "./budgetForms";
import { AskForm, ProposeForm, StateForm, SubmitForm } from "./budgetSheets";
import { agreed } from "./share";
import { Statements } from "./Statements";

export type ContractBudget = components["schemas"]["ContractBudget"];
type Line = ContractBudget["lines"][number];
type Change = ContractBudget["changes"][number];

/** What the contract's amount is spent on, and what was found of it; nothing where no budget is asked for nor begun. */
export function Budget({ contractId }: { contractId: number }) {
  const params = { path: { contract_id: contractId } };
  const found = $api.useQuery("get", "/api/v1/budgets/contracts/{contract_id}", { params });
  return (
    <Fetched query={found}>
      {(budget) => (budget.id !== null || budget.actions.length > 0 ? <Shown of={budget} /> : null)}
    </Fetched>
  );
}

function Shown({ of }: { of: ContractBudget }) {
  const { t } = useTranslation();
  return (
    <section className="budget" aria-labelledby="budget">
      <h2 id="budget">
        {t("contracts.budget.title")} {of.status && <StatusTag status={of.status} room="budgets" />}
      </h2>
      {of.id === null && <p className="soft">{t("contracts.budget.none")}</p>}
      {of.reason && (
        <p className="prose">
          <strong>{t("contracts.budget.returned")}</strong> {of.reason}
        </p>
      )}
      {of.status === "approved" && <Sums of={of} />}
      <ul className="instalments">
        {of.lines.map((each) => (
          <li key={each.id} className="instalment">
            <One of={each} budget={of} />
          </li>
        ))}
      </ul>
      <Settings of={of} />
      <Buttons of={of} />
      {of.changes.length > 0 && <Changes of={of} />}
      {of.status === "approved" && <Statements of={of} />}
      {of.audits.length > 0 && <Audits of={of.audits} />}
    </section>
  );
}

/** Proposing hangs on the contract, all else on the budget. */
function Buttons({ of }: { of: ContractBudget }) {
  const begun = of.actions.filter((verb) => verb === "propose");
  const further = of.actions.filter((verb) => verb !== "propose");
  const forms = { return: ReturnForm, ask: AskForm, state: StateForm, submit: SubmitForm };
  return (
    <>
      <ActionBar
        of={{ ...of, id: of.contract_id, actions: begun }}
        feature="budgets/contracts"
        words="rooms.budgets"
        forms={{ propose: ProposeForm }}
      />
      <ActionBar
        of={{ ...of, id: of.id ?? 0, actions: further }}
        feature="budgets"
        words="rooms.budgets"
        forms={forms}
      />
    </>
  );
}

function Sums({ of }: { of: ContractBudget }) {
  const { t, i18n } = useTranslation();
  const money = (amount: ContractBudget["vouched"]): string => moneyText(amount, i18n.language);
  const { share, band, is_whole } = of.judgement;
  const sums = { vouched: money(of.vouched), disallowed: money(of.disallowed), allowed: money(of.allowed) };
  return (
    <p className="contract-sum">
      {t("contracts.budget.sum", sums)} · {t("contracts.budget.moved", { share: agreed(share) })} ·{" "}
      {t(`rooms.budgets.band.${band}`)}
      {is_whole && ` · ${t("contracts.budget.whole")}`}
    </p>
  );
}

function One({ of, budget }: { of: Line; budget: ContractBudget }) {
  const { t, i18n } = useTranslation();
  const money = (amount: string): string => moneyText({ amount, currency: "CNY" }, i18n.language);
  const kind = budget.kinds.find((each) => each.code === of.kind);
  const isOver = Number(of.left) < 0;
  return (
    <>
      <h3>
        {of.name} {kind && <span className="soft">{i18n.language === "en" ? kind.en : kind.zh}</span>}
      </h3>
      <p className="instalment-amount">{t("contracts.budget.planned", { amount: money(of.planned.amount) })}</p>
      <p>
        {t("contracts.budget.spent", { amount: money(of.spent.amount) })} ·{" "}
        {isOver
          ? t("contracts.budget.over", { amount: money(of.left.replace("-", "")) })
          : t("contracts.budget.left", { amount: money(of.left) })}
      </p>
      {Number(of.disallowed.amount) > 0 && (
        <p>{t("contracts.budget.line_disallowed", { amount: money(of.disallowed.amount) })}</p>
      )}
      {of.flag && (
        <p className="milestone-late prose">
          {t("rooms.budgets.field.flag")} {of.flag}
        </p>
      )}
      <ActionBar of={of} feature="budgets/lines" words="rooms.budgets" forms={{ flag: FlagForm }} />
    </>
  );
}

/** What a line may be for and what no line pays, with the papers that say so. */
function Settings({ of }: { of: ContractBudget }) {
  const { t, i18n } = useTranslation();
  const named = (each: ContractBudget["never"][number]): string => (i18n.language === "en" ? each.en : each.zh);
  return (
    <details className="budget-settings">
      <summary>{t("contracts.budget.rules")}</summary>
      <p>{t("contracts.budget.never", { what: of.never.map(named).join(i18n.language === "en" ? "; " : "；") })}</p>
      <Descriptions
        column={1}
        size="small"
        items={[...of.kinds, ...of.never].map((each) => ({
          key: each.code,
          label: named(each),
          children: each.source,
        }))}
      />
    </details>
  );
}

function Changes({ of }: { of: ContractBudget }) {
  const { t } = useTranslation();
  return (
    <>
      <h3>{t("contracts.budget.changes")}</h3>
      <ol className="milestones">
        {of.changes.map((each) => (
          <li key={each.id} className={`milestone change-${each.status}`}>
            <Moved of={each} lines={of.lines} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Moved({ of, lines }: { of: Change; lines: Line[] }) {
  const { t, i18n } = useTranslation();
  const line = (id: number): string => lines.find((each) => each.id === id)?.name ?? "";
  const facts = { from: line(of.from_id), to: line(of.to_id), amount: moneyText(of.amount, i18n.language) };
  return (
    <>
      <h4>
        {t("contracts.budget.change", facts)} <StatusTag status={of.status} room="budgets" of="budget_changes" />{" "}
        <span className="soft">{dayText(of.asked_at, i18n.language)}</span>
      </h4>
      <p className="prose">{of.reason}</p>
      {of.opinion && (
        <p className="prose">
          <strong>{t("rooms.budgets.field.opinion")}</strong> {of.opinion}
        </p>
      )}
      <ActionBar
        of={of}
        feature="budgets/changes"
        words="rooms.budgets"
        forms={{ grant: GrantForm, refuse: RefuseForm }}
      />
    </>
  );
}
