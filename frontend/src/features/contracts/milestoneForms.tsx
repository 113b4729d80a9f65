/** What has to be said when a milestone is reported and decided, and when residents accept the work. */
import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { CountField, Field, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { numberText } from "../../ui/format";
import { agreed } from "./share";

type Milestone = Omit<components["schemas"]["MilestoneRead"], "id"> & { id: string };
type Props = ActionFormProps<Milestone>;

export function ReportForm({ of, send, sending, cancel }: Props) {
  const { t } = useTranslation();
  return (
    <FormSheet
      room="contracts"
      initial={{ report: of.report }}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.contracts.action.report")}
    >
      <p>{t("contracts.follows.report")}</p>
      <ProseField name="report" required rows={8} limit={4000} />
    </FormSheet>
  );
}

type Decision = "meet" | "return" | "miss" | "remedy";

function decided(verb: Decision, danger = false) {
  return function DecisionForm({ of, send, sending, cancel }: Props) {
    const { t } = useTranslation();
    return (
      <FormSheet
        room="contracts"
        send={send}
        sending={sending}
        cancel={cancel}
        submit={t(`rooms.contracts.action.${verb}`)}
        danger={danger}
      >
        <p>{t(`contracts.follows.${verb}`)}</p>
        {of.report && <blockquote className="prose milestone-quoted">{of.report}</blockquote>}
        <ProseField name="opinion" required rows={4} limit={4000} />
      </FormSheet>
    );
  };
}

export const MeetForm = decided("meet");
export const ReturnForm = decided("return");
export const MissForm = decided("miss", true);
export const RemedyForm = decided("remedy");

const CHANNELS: readonly components["schemas"]["AcceptanceChannel"][] = ["page", "paper", "phone", "meeting"];
type Said = components["schemas"]["DeliveryAcceptance"];
type Acceptance = components["schemas"]["AcceptanceRead"] & { id: number; actions: string[] };

/** The counts of one channel; what was recorded of it before is there to be put right. */
export function AcceptForm({ of, send, sending, cancel }: ActionFormProps<Acceptance>) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<Said>();
  const { channels, required_answers, required_share } = of;
  const before = (channel: Said["channel"]): void => {
    const said = channels.find((each) => each.channel === channel);
    if (said) form.setFieldsValue({ asked: said.asked, answers: said.answers, accepting: said.accepting });
  };
  return (
    <FormSheet<Said>
      room="contracts"
      form={form}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.contracts.action.accept")}
    >
      <p>
        {t("contracts.follows.accept", {
          answers: numberText(required_answers, i18n.language),
          share: agreed(required_share),
        })}
      </p>
      <Field name="channel" label={t("contracts.acceptance.how")} required>
        <Select
          options={CHANNELS.map((channel) => ({ value: channel, label: t(`rooms.contracts.channel.${channel}`) }))}
          onChange={before}
        />
      </Field>
      <CountField name="asked" required />
      <CountField name="answers" required />
      <CountField name="accepting" required />
    </FormSheet>
  );
}
