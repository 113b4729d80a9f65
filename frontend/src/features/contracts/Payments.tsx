import { CheckCircleOutlined, ClockCircleOutlined } from "@ant-design/icons";
import { Progress } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { dayText } from "../../ui/format";
import { Money } from "../../ui/Money";
import { chosen } from "../../ui/chosen";
import { agreed, share } from "./share";

type Contract = components["schemas"]["ContractRead"];
type Instalment = Contract["instalments"][number];
type Payment = Contract["payments"][number];

/** What is paid of the whole; of each instalment what it waits for, when that is due, and what was paid. After an early
 * end nothing waits for its instalment any more: what settles the contract stands below them. */
export function Payments({ of }: { of: Contract }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="payments">
      <h2 id="payments">{t("contracts.payments")}</h2>
      <p className="contract-sum">
        {t("rooms.contracts.field.paid")} <Money of={of.paid} /> / <Money of={of.amount} />
      </p>
      <Progress percent={share(of.paid, of.amount)} aria-label={t("rooms.contracts.field.paid")} />
      <ul className="instalments">
        {of.instalments.map((each) => (
          <li key={each.name} className="instalment">
            <Part of={each} contract={of} />
          </li>
        ))}
        {of.settlement && (
          <li className="instalment">
            <Settlement of={of.settlement} contract={of} />
          </li>
        )}
      </ul>
      <PaidBack of={of} />
    </section>
  );
}

function Part({ of, contract }: { of: Instalment; contract: Contract }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <h3>
        {chosen(of, "label", i18n.language)} <span className="soft">{agreed(of.share)}</span>
      </h3>
      <p className="instalment-amount">
        <Money of={of.amount} />
      </p>
      {!contract.settlement && <Conditions of={of} contract={contract} />}
      <Paid of={contract.payments.filter((each) => each.instalment === of.name)} />
      {!contract.settlement && <Left of={of} otherwise={t("contracts.paid_up")} />}
    </>
  );
}

/** The last payment of a contract that ended early: as far as the final audit allows it. */
function Settlement({ of, contract }: { of: Instalment; contract: Contract }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <h3>{chosen(of, "label", i18n.language)}</h3>
      {contract.allowed && (
        <p className="instalment-amount">
          {t("contracts.allowed")} <Money of={contract.allowed} />
        </p>
      )}
      <Conditions of={of} contract={contract} />
      <Paid of={contract.payments.filter((each) => each.instalment === of.name && !each.is_refund)} />
      {contract.allowed && <Left of={of} otherwise={t("contracts.nothing_left")} />}
    </>
  );
}

/** What is to be paid back, and what was. */
function PaidBack({ of }: { of: Contract }) {
  const { t } = useTranslation();
  return (
    <>
      {Number(of.excess.amount) > 0 && (
        <p>
          {t("contracts.excess")} <Money of={of.excess} />
        </p>
      )}
      <Paid of={of.payments.filter((each) => each.is_refund)} />
    </>
  );
}

function Paid({ of }: { of: Payment[] }) {
  const { t, i18n } = useTranslation();
  return of.map((each) => (
    <p key={each.id} className="instalment-payment">
      {dayText(each.paid_at, i18n.language)} · {each.is_refund && t("contracts.paid_back")} <Money of={each.amount} /> ·{" "}
      {t("contracts.voucher", { voucher: each.voucher })}
    </p>
  ));
}

function Left({ of, otherwise }: { of: Instalment; otherwise: string }) {
  const { t } = useTranslation();
  if (Number(of.left.amount) > 0) {
    return (
      <p>
        {t("rooms.contracts.field.left")} <Money of={of.left} />
      </p>
    );
  }
  return <p className="soft">{otherwise}</p>;
}

function Conditions({ of, contract }: { of: Instalment; contract: Contract }) {
  return (
    <ul className="instalment-gates">
      {of.gates.map((gate) => (
        <Condition
          key={gate}
          gate={gate}
          isMet={!of.missing.includes(gate)}
          due={contract.milestones.find((each) => each.gate === gate)?.due_on}
        />
      ))}
    </ul>
  );
}

type ConditionProps = { gate: Instalment["gates"][number]; isMet: boolean; due: string | null | undefined };

function Condition({ gate, isMet, due }: ConditionProps) {
  const { t, i18n } = useTranslation();
  const name = t(`rooms.contracts.gate.${gate}`);
  if (isMet) {
    return (
      <li className="gate-met">
        <CheckCircleOutlined aria-hidden /> {t("contracts.gate_met", { gate: name })}
      </li>
    );
  }
  return (
    <li>
      <ClockCircleOutlined aria-hidden /> {t("contracts.gate_open", { gate: name })}{" "}
      {due && <span className="soft">{t("contracts.gate_due", { day: dayText(due, i18n.language) })}</span>}
    </li>
  );
}
