/** What has to be said when a contract is signed, paid, ended early, or handed to a firm. */
import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { Field, LineField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { PartySelect } from "../../ui/form/choices";
import { MoneyInput } from "../../ui/form/inputs";
import { dayText, moneyText } from "../../ui/format";
import { Money } from "../../ui/Money";
import { chosen } from "../../ui/chosen";

type Contract = components["schemas"]["ContractRead"];
type Props = ActionFormProps<Contract>;

export function SignForm({ of, send, sending, cancel }: Props) {
  const { t, i18n } = useTranslation();
  const period = { from: dayText(of.starts_on, i18n.language), until: dayText(of.ends_on, i18n.language) };
  return (
    <FormSheet room="contracts" send={send} sending={sending} cancel={cancel} submit={t("rooms.contracts.action.sign")}>
      <p>{t("contracts.follows.sign", { amount: moneyText(of.amount, i18n.language), ...period })}</p>
      <LineField name="name" label={t("rooms.contracts.field.signer")} required limit={200} />
    </FormSheet>
  );
}

type Payment = components["schemas"]["PaymentCreate"];

/** Only instalments whose conditions are met are offered, the amount is what is left of the one that is chosen; of a
 * contract that ended early, all that is left of it. */
export function PayForm({ of, send, sending, cancel }: Props) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<Payment>();
  const parts = of.settlement ? [of.settlement] : of.instalments;
  const due = parts.filter((each) => each.missing.length === 0 && Number(each.left.amount) > 0);
  const first = due[0];
  const met = (name: string): string =>
    due
      .find((each) => each.name === name)
      ?.gates.map((gate) => t(`rooms.contracts.gate.${gate}`))
      .join(t("contracts.and")) ?? "";
  const wanted = Form.useWatch("instalment", form) ?? first?.name ?? "";
  return (
    <FormSheet<Payment>
      room="contracts"
      form={form}
      initial={first ? { instalment: first.name, amount: first.left } : {}}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.contracts.action.pay")}
    >
      <p>
        {t("rooms.contracts.field.paid")} <Money of={of.paid} /> / <Money of={of.amount} />
      </p>
      {of.allowed && of.settlement && (
        <p>{t("contracts.follows.settle", { allowed: moneyText(of.allowed, i18n.language) })}</p>
      )}
      <Field
        name="instalment"
        label={t("contracts.instalment")}
        required
        extra={t("contracts.met", { gates: met(wanted) })}
      >
        <Select
          options={due.map((each) => ({
            value: each.name,
            label: `${chosen(each, "label", i18n.language)} · ${t("rooms.contracts.field.left")} ${moneyText(each.left, i18n.language)}`,
          }))}
          onChange={(name: string) => form.setFieldValue("amount", due.find((each) => each.name === name)?.left)}
        />
      </Field>
      <Field name="amount" label={t("contracts.pay_amount")} required>
        <MoneyInput />
      </Field>
      <LineField name="voucher" required limit={200} extra={t("contracts.voucher_hint")} />
    </FormSheet>
  );
}

export function RefundForm({ of, send, sending, cancel }: Props) {
  const { t, i18n } = useTranslation();
  return (
    <FormSheet<components["schemas"]["RefundCreate"]>
      room="contracts"
      initial={{ amount: of.excess }}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.contracts.action.refund")}
    >
      <p>{t("contracts.follows.refund", { excess: moneyText(of.excess, i18n.language) })}</p>
      <Field name="amount" label={t("contracts.refund_amount")} required>
        <MoneyInput />
      </Field>
      <LineField name="voucher" required limit={200} extra={t("contracts.voucher_hint")} />
    </FormSheet>
  );
}

export function TerminateForm({ of, send, sending, cancel }: Props) {
  const { t, i18n } = useTranslation();
  const left = { amount: (Number(of.amount.amount) - Number(of.paid.amount)).toFixed(2), currency: of.amount.currency };
  return (
    <FormSheet
      room="contracts"
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.contracts.action.terminate")}
      danger
    >
      <p>
        {t(of.signed_at ? "contracts.follows.terminate" : "contracts.follows.terminate_unsigned", {
          left: moneyText(left, i18n.language),
        })}
      </p>
      <LineField name="reason" label={t("rooms.contracts.field.terminated_reason")} required limit={200} />
    </FormSheet>
  );
}

const KINDS: readonly components["schemas"]["EngagementKind"][] = ["evaluation", "audit"];

export function EngageForm({ of, send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const kinds = of.settlement ? (["audit"] as const) : KINDS;
  const open = kinds.filter((kind) => !of.engagements.some((each) => each.kind === kind && !each.ended_at));
  return (
    <FormSheet
      room="contracts"
      initial={open[0] ? { kind: open[0] } : {}}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("contracts.engage")}
    >
      <p>{t("contracts.follows.engage")}</p>
      <Field name="kind" label={t("contracts.kind")} required>
        <Select options={open.map((kind) => ({ value: kind, label: t(`rooms.contracts.engagement.${kind}`) }))} />
      </Field>
      <Field name="party_id" label={t("contracts.firm")} required>
        <PartySelect kind="firm" />
      </Field>
    </FormSheet>
  );
}
