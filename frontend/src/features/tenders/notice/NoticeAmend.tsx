import { useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { CountField, Field, LineField, ProseField } from "../../../ui/form/Field";
import { FormSheet } from "../../../ui/form/FormSheet";
import { DayInput, MoneyInput } from "../../../ui/form/inputs";
import { useGo, useNumber } from "../../../ui/Link";
import { chosen } from "../../../ui/chosen";
import { Page } from "../../../ui/Page";
import { Fetched } from "../../../ui/Pending";
import { Criteria } from "./Criteria";
import { Dates } from "./Dates";
import { useProfiles } from "./ProfileChoice";
import { criteriaOf, PLAIN, picked, type Tender } from "./said";
import "./notice.css";

type Body = components["schemas"]["TenderAmend"];

/** A published notice is changed for a reason; what was changed is published with it. */
export default function NoticeAmend() {
  const tender_id = useNumber("tender_id");
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path: { tender_id } } });
  return <Fetched query={tender}>{(of) => <Sheet of={of} />}</Fetched>;
}

function Sheet({ of }: { of: Tender }) {
  const { t, i18n } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const [form] = Form.useForm<Body>();
  const path = { tender_id: of.id };
  const amend = $api.useMutation("post", "/api/v1/tenders/{tender_id}/amend", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      go(`/tenders/${of.id}`);
    },
  });
  const said = amendable(of);
  return (
    <Page
      title={t("notice.amend")}
      subtitle={chosen(of, "title", i18n.language)}
      crumbs={[
        { label: t("nav.tenders"), to: "/tenders" },
        { label: chosen(of, "title", i18n.language), to: `/tenders/${of.id}` },
      ]}
    >
      <Alert type="info" showIcon title={t("notice.amend_follows")} className="notice-alert" />
      <FormSheet<Body>
        room="notices"
        form={form}
        initial={said}
        draft={`amend ${of.id}`}
        version={of.version}
        send={(body) => amend.mutateAsync({ params: { path, header: ifMatch(of.version) }, body: changed(said, body) })}
        sending={amend.isPending}
        error={amend.error}
        submit={t("action.amend")}
        cancel={() => go(`/tenders/${of.id}`)}
      >
        <ProseField name="reason" required rows={2} limit={5000} extra={t("notice.hint.reason")} />
        <Field name="profile" hidden>
          <input />
        </Field>
        <Dates />
        <Said of={of} />
        <LotAmounts of={of} />
        <Criteria />
      </FormSheet>
    </Page>
  );
}

function Said({ of }: { of: Tender }) {
  const { t } = useTranslation();
  const offered = useProfiles().find(({ name }) => name === of.profile)?.overspend_rules ?? [];
  return (
    <fieldset className="form-part">
      <legend>{t("notice.part.basics")}</legend>
      <LineField name="title_zh" required limit={200} />
      <LineField name="title_en" limit={400} />
      <ProseField name="requirements" limit={20_000} rows={4} />
      <Field name="budget" required>
        <MoneyInput />
      </Field>
      <Field name="overspend_rule" required>
        <Select options={offered.map((rule) => ({ value: rule, label: t(`tenders.rules.${rule}`) }))} />
      </Field>
      <Field name="one_each" valuePropName="checked">
        <Switch />
      </Field>
      <div className="notice-pair">
        <Field name="contract_start">
          <DayInput />
        </Field>
        <Field name="contract_end">
          <DayInput />
        </Field>
      </div>
    </fieldset>
  );
}

/** Which lots there are stays; what they say can change. */
function LotAmounts({ of }: { of: Tender }) {
  const { t } = useTranslation();
  return (
    <fieldset className="form-part">
      <legend>{t("notice.part.lots")}</legend>
      {of.lots.map((lot, at) => (
        <div key={lot.id} className="form-row">
          <Field name={["lots", at, "code"]} hidden>
            <input />
          </Field>
          <LineField name={["lots", at, "title_zh"]} required limit={200} />
          <CountField name={["lots", at, "places"]} required min={1} max={1000} />
          <Field name={["lots", at, "budget"]} required>
            <MoneyInput />
          </Field>
          <Field name={["lots", at, "ceiling"]} required>
            <MoneyInput />
          </Field>
        </div>
      ))}
    </fieldset>
  );
}

const amendable = (of: Tender) => ({
  ...picked(of, [...PLAIN, "profile"]),
  lots: of.lots.map((lot) => picked(lot, ["code", "title_zh", "places", "budget", "ceiling"])),
  criteria: criteriaOf(of),
});

/** The reason, and of the rest what reads differently: what is left out stays. */
function changed(said: Partial<Body>, body: Body): Body {
  const fields = [...PLAIN, "lots", "criteria"] as const;
  const differing = fields.filter((name) => name in body && JSON.stringify(body[name]) !== JSON.stringify(said[name]));
  return { reason: body.reason, ...Object.fromEntries(differing.map((name) => [name, body[name]])) };
}
