import { useQueryClient } from "@tanstack/react-query";
import { Form, type FormInstance, Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { DayInput } from "../../ui/form/inputs";
import { Fetched } from "../../ui/Pending";

type Fact = components["schemas"]["PartyRecordRead"];
type Enter = components["schemas"]["RecordEnter"];
type Supersede = components["schemas"]["RecordSupersede"];
type Kind = components["schemas"]["KindRead"];
type Terms = components["schemas"]["TermsRead"];

const FOREVER = { staleTime: Number.POSITIVE_INFINITY };
const useTerms = () => $api.useQuery("get", "/api/v1/records/terms", {}, FOREVER);

/** A bureau enters what it has decided, or what another authority has. */
export function EnterRecord({ party_id, leave }: { party_id: number; leave: () => void }) {
  const terms = useTerms();
  return <Fetched query={terms}>{(it) => <EnterSheet party_id={party_id} leave={leave} terms={it} />}</Fetched>;
}

function EnterSheet({ party_id, leave, terms }: { party_id: number; leave: () => void; terms: Terms }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [form] = Form.useForm<Enter>();
  const chosen = Form.useWatch("kind", form);
  const kind = terms.kinds.find((each) => each.kind === chosen);
  const enter = $api.useMutation("post", "/api/v1/parties/{party_id}/records", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      leave();
    },
  });
  return (
    <div className="panel">
      <FormSheet<Enter>
        room="records"
        form={form}
        send={(body) => enter.mutateAsync({ params: { path: { party_id } }, body })}
        sending={enter.isPending}
        error={enter.error}
        cancel={leave}
        submit={t("rooms.records.action.enter_record")}
      >
        <Field name="kind" required>
          <Select
            options={terms.kinds.map(({ kind: value }) => ({ value, label: t(`rooms.records.kind.${value}`) }))}
            onChange={() => form.resetFields(["value", "title", "visibility"])}
          />
        </Field>
        {kind?.is_titled && <LineField name="title" required limit={200} />}
        {kind && <Said kind={kind} form={form} terms={terms} isFirst />}
      </FormSheet>
    </div>
  );
}

/** What the organisation says to an adverse entry. */
export function AnswerForm({ of, send, sending, cancel }: ActionFormProps<Fact>) {
  const { t } = useTranslation();
  return (
    <FormSheet room="records" send={send} sending={sending} cancel={cancel} submit={t("rooms.records.action.answer")}>
      <p>{t("parties.answer_hint")}</p>
      {of.requirement && <blockquote className="prose">{of.requirement}</blockquote>}
      <ProseField name="answer" required rows={4} limit={2000} />
    </FormSheet>
  );
}

/** Whoever has mended what was required is taken off a list. */
export function LiftForm({ of, send, sending, cancel }: ActionFormProps<Fact>) {
  const { t } = useTranslation();
  return (
    <FormSheet room="records" send={send} sending={sending} cancel={cancel} submit={t("rooms.records.action.lift")}>
      <p>{t("parties.lift_hint")}</p>
      {of.requirement && <blockquote className="prose">{of.requirement}</blockquote>}
      <LineField name="source" required limit={300} extra={t("parties.source_hint")} />
      <ProseField name="words" limit={2000} rows={2} />
    </FormSheet>
  );
}

/** Another record in the place of one; what it said is there to be corrected. */
export function SupersedeForm(props: ActionFormProps<Fact>) {
  const terms = useTerms();
  return <Fetched query={terms}>{(it) => <SupersedeSheet {...props} terms={it} />}</Fetched>;
}

function SupersedeSheet({ of, send, sending, cancel, terms }: ActionFormProps<Fact> & { terms: Terms }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Supersede>();
  const kind = terms.kinds.find((each) => each.kind === of.kind);
  const { value, words, issuer, source, valid_from, valid_until, visibility } = of;
  const { requirement, due_on, shown_until, heard_on, decided_on } = of;
  const said = { value, words, issuer, source, valid_from, valid_until, visibility };
  return (
    <FormSheet<Supersede>
      room="records"
      form={form}
      initial={{ ...said, requirement, due_on, shown_until, heard_on, decided_on }}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.records.action.supersede")}
    >
      <p>{t("parties.supersede_hint")}</p>
      {kind && <Said kind={kind} form={form} terms={terms} />}
    </FormSheet>
  );
}

/** What it says; an adverse entry says the way back, too. */
function Said<Body extends object>({
  kind,
  form,
  terms,
  isFirst = false,
}: {
  kind: Kind;
  form: FormInstance<Body>;
  terms: Terms;
  isFirst?: boolean;
}) {
  const { t } = useTranslation();
  const value: unknown = Form.useWatch("value" as never, form);
  const values = kind.values.filter(Boolean);
  const days = terms.items.find(({ name }) => name === "entered")?.length;
  const isAdverse = kind.adverse.includes(String(value ?? ""));
  return (
    <>
      {values.length > 0 && (
        <Field name="value" required>
          <Select options={values.map((each) => ({ value: each, label: t(`rooms.records.value.${each}`) }))} />
        </Field>
      )}
      <LineField name="issuer" required limit={200} extra={t("parties.issuer_hint")} />
      <LineField name="source" required limit={300} extra={t("parties.source_hint")} />
      {isAdverse && (
        <Field name="heard_on" required={kind.is_heard} extra={t("parties.heard_hint")}>
          <DayInput />
        </Field>
      )}
      <Field name="decided_on" required={kind.is_heard} extra={t("parties.decided_hint", { days })}>
        <DayInput />
      </Field>
      <Field name="valid_from" required={isFirst}>
        <DayInput />
      </Field>
      <Field name="valid_until" extra={t("parties.term_hint")}>
        <DayInput />
      </Field>
      <ProseField name="words" limit={2000} rows={2} />
      {kind.may_be_within && (
        <Field name="visibility" initialValue="public">
          <Select
            options={(["public", "within"] as const).map((each) => ({
              value: each,
              label: t(`rooms.records.visibility.${each}`),
            }))}
          />
        </Field>
      )}
      {isAdverse && <WayBack />}
    </>
  );
}

function WayBack() {
  const { t } = useTranslation();
  return (
    <fieldset className="form-part">
      <legend>{t("parties.way_back")}</legend>
      <ProseField name="requirement" required limit={2000} rows={2} />
      <Field name="due_on" required>
        <DayInput />
      </Field>
      <Field name="shown_until" required extra={t("parties.shown_hint")}>
        <DayInput />
      </Field>
    </fieldset>
  );
}
