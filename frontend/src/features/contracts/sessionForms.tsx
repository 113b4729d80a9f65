/** What has to be said to plan a session, to sign people in, and to cancel it. */
import { Select } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { CountField, Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { MomentInput } from "../../ui/form/inputs";

export type Session = components["schemas"]["ContractSession"];
type Plan = components["schemas"]["SessionPlan"];
type Target = components["schemas"]["ContractRead"]["targets"][number];
const KINDS: readonly Plan["kind"][] = ["activity", "course", "visit", "counselling", "other"];

type PlanProps = {
  targets: readonly Target[];
  initial: Partial<Plan>;
  send: (body: Plan) => unknown;
  sending: boolean;
  submit: string;
  cancel: () => void;
  error?: unknown;
};

function PlanSheet({ targets, ...sheet }: PlanProps) {
  const { t } = useTranslation();
  return (
    <FormSheet<Plan> room="service_sessions" {...sheet}>
      <p>{t("contracts.sessions.follows.plan")}</p>
      <LineField name="title" required limit={200} />
      <Field name="kind" required>
        <Select options={KINDS.map((value) => ({ value, label: t(`rooms.service_sessions.kind.${value}`) }))} />
      </Field>
      <LineField name="place" required limit={200} />
      <Field name="starts_at" required>
        <MomentInput />
      </Field>
      <Field name="ends_at" required>
        <MomentInput />
      </Field>
      <CountField name="planned" required min={1} />
      <Field name="counts_for">
        <Select
          mode="multiple"
          options={targets.map(({ what, quantity }, value) => ({ value, label: `${what} ${quantity}`.trim() }))}
        />
      </Field>
    </FormSheet>
  );
}

/** Begins a session under a contract with these targets. */
export function planOn(targets: readonly Target[]) {
  return function PlanForm({ send, sending, cancel }: ActionFormProps<{ id: number; actions: string[] }>) {
    const { t } = useTranslation();
    const initial: Partial<Plan> = { kind: "activity", counts_for: [] };
    const submit = t("rooms.service_sessions.action.plan");
    return <PlanSheet {...{ targets, initial, send, sending, cancel, submit }} />;
  };
}

type EditProps = { of: Session; targets: readonly Target[]; leave: () => void };

export function EditSession({ of, targets, leave }: EditProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const edit = $api.useMutation("put", "/api/v1/service_sessions/{service_session_id}", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      leave();
    },
  });
  const params = { path: { service_session_id: of.id }, header: ifMatch(of.version) };
  const { kind, title, place, starts_at, ends_at, planned, counts_for } = of;
  return (
    <PlanSheet
      targets={targets}
      initial={{ kind, title, place, starts_at, ends_at, planned, counts_for }}
      send={(body) => edit.mutateAsync({ params, body })}
      sending={edit.isPending}
      error={edit.error}
      submit={t("action.save")}
      cancel={leave}
    />
  );
}

type Props = ActionFormProps<Session>;

export function SignInForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const submit = t("rooms.service_sessions.action.sign_in");
  return (
    <FormSheet room="service_sessions" {...{ send, sending, cancel, submit }}>
      <p>{t("contracts.sessions.follows.sign_in")}</p>
      <LineField name="household" required limit={60} />
    </FormSheet>
  );
}

export function ListForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const submit = t("rooms.service_sessions.action.enter_list");
  return (
    <FormSheet room="service_sessions" {...{ send, sending, cancel, submit }}>
      <p>{t("contracts.sessions.follows.enter_list")}</p>
      <CountField name="rows" required />
    </FormSheet>
  );
}

type Entered = components["schemas"]["FeedbackEntered"];
const QUESTIONS = ["as_announced", "again"] as const;
const OPINIONS = ["yes", "partly", "no"] as const;

/** How many of the forms beside the paper list say what. */
export function PaperFeedbackForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const submit = t("rooms.service_sessions.action.enter_feedback");
  return (
    <FormSheet<Entered> room="service_sessions" {...{ send, sending, cancel, submit }}>
      <p>{t("contracts.sessions.follows.enter_feedback")}</p>
      {QUESTIONS.map((question) => (
        <fieldset key={question} className="tally">
          <legend>{t(`contracts.sessions.forms.${question}`)}</legend>
          {OPINIONS.map((opinion) => (
            <CountField
              key={opinion}
              name={[question, opinion]}
              label={t(`contracts.sessions.forms.${opinion}`)}
              required
            />
          ))}
        </fieldset>
      ))}
    </FormSheet>
  );
}

export function CancelForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const submit = t("rooms.service_sessions.action.cancel");
  return (
    <FormSheet room="service_sessions" danger {...{ send, sending, cancel, submit }}>
      <p>{t("contracts.sessions.follows.cancel")}</p>
      <ProseField name="reason" required rows={3} limit={400} />
    </FormSheet>
  );
}
