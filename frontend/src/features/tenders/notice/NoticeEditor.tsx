import { useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Select, Switch } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, api, ifMatch } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { serverNow } from "../../../api/send";
import { useSession } from "../../../api/session";
import { PlaceSelect } from "../../../ui/form/choices";
import { Field, LineField, ProseField } from "../../../ui/form/Field";
import { FormSheet } from "../../../ui/form/FormSheet";
import { DayInput, inShanghai, MoneyInput } from "../../../ui/form/inputs";
import { Link, useGo, useNumber } from "../../../ui/Link";
import { chosen } from "../../../ui/chosen";
import { Page } from "../../../ui/Page";
import { Fetched } from "../../../ui/Pending";
import { Criteria } from "./Criteria";
import { Dates } from "./Dates";
import { Lots } from "./Lots";
import { ProfileChoice, useProfiles } from "./ProfileChoice";
import { saidBy } from "./said";
import "./notice.css";

type Body = components["schemas"]["TenderUpdate"];

/** A new notice, or a draft to be changed: the address says which. */
export default function NoticeEditor(): ReactNode {
  const tender_id = useNumber("tender_id");
  return Number.isNaN(tender_id) ? <New /> : <Draft id={tender_id} />;
}

function New() {
  const session = useSession();
  const go = useGo();
  const create = $api.useMutation("post", "/api/v1/tenders", { onSuccess: (made) => go(`/tenders/${made.id}`) });
  return (
    <Fetched query={session}>
      {(who) => (
        <Sheet
          draft="tender"
          initial={begun(who.current?.area ?? "")}
          send={async (body) =>
            create.mutateAsync({ body: { ...body, application_form: await usualForm(body.profile) } })
          }
          sending={create.isPending}
          error={create.error}
        />
      )}
    </Fetched>
  );
}

/** What the procedure asks of applicants unless the notice says otherwise. */
async function usualForm(profile: string) {
  const form = await api.GET("/api/v1/profiles/{profile}/application-form", { params: { path: { profile } } });
  return form.data ?? null;
}

/** What a new notice starts with: its purchaser's area, a number by the hour, the most common procedure. */
function begun(area: string): Partial<Body> {
  const hour = inShanghai(serverNow().toISOString()).slice(0, 16).replaceAll(/[-T:]/g, "");
  return { ref: `GG-${hour}`, area_code: area.padEnd(12, "0"), profile: "venture", lots: [], criteria: [] };
}

function Draft({ id }: { id: number }) {
  const go = useGo();
  const cache = useQueryClient();
  const path = { tender_id: id };
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path } });
  const edit = $api.useMutation("put", "/api/v1/tenders/{tender_id}", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      go(`/tenders/${id}`);
    },
  });
  return (
    <Fetched query={tender}>
      {(of) =>
        of.actions.includes("edit") ? (
          <Sheet
            id={id}
            draft={`tender ${id}`}
            version={of.version}
            initial={saidBy(of)}
            send={(body) => edit.mutateAsync({ params: { path, header: ifMatch(of.version) }, body })}
            sending={edit.isPending}
            error={edit.error}
          />
        ) : (
          <Published of={of} />
        )
      }
    </Fetched>
  );
}

/** What was published is changed by an amendment, which everybody can read. */
function Published({ of }: { of: components["schemas"]["TenderRead"] }) {
  const { t, i18n } = useTranslation();
  return (
    <Page
      title={t("notice.edit")}
      subtitle={chosen(of, "title", i18n.language)}
      crumbs={[{ label: t("nav.tenders"), to: "/tenders" }]}
    >
      <Alert
        type="info"
        showIcon
        title={t("notice.published_already")}
        action={of.actions.includes("amend") && <Link to={`/tenders/${of.id}/amend`}>{t("action.amend")}</Link>}
      />
    </Page>
  );
}

type SheetProps = {
  id?: number;
  draft: string;
  version?: number;
  initial: Partial<Body>;
  send: (body: Body) => Promise<unknown>;
  sending: boolean;
  error: unknown;
};

function Sheet({ id, initial, send, ...sheet }: SheetProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Body>();
  const [area, setArea] = useState(initial.area_code ?? "");
  const title = t(id ? "notice.edit" : "notice.new");
  return (
    <Page title={title} subtitle={t("notice.editor_hint")} crumbs={[{ label: t("nav.tenders"), to: "/tenders" }]}>
      <FormSheet<Body>
        room="notices"
        form={form}
        initial={initial}
        {...sheet}
        send={(body) => send({ ...initial, ...body })}
        submit={t("notice.save")}
        onChange={(body) => setArea(body.area_code)}
      >
        <Basics />
        <Procedure />
        <Lots area={area} />
        <Criteria />
        <Dates />
        <Contracts />
      </FormSheet>
    </Page>
  );
}

function Basics() {
  const { t } = useTranslation();
  return (
    <fieldset className="form-part">
      <legend>{t("notice.part.basics")}</legend>
      <LineField name="title_zh" required limit={200} />
      <LineField name="title_en" limit={400} />
      <LineField name="ref" required limit={40} />
      <Field name="area_code" required>
        <PlaceSelect level="district" />
      </Field>
      <ProseField name="requirements" limit={20_000} rows={6} extra={t("notice.hint.requirements")} />
    </fieldset>
  );
}

function Procedure() {
  const { t } = useTranslation();
  const profiles = useProfiles();
  const name = Form.useWatch<string | undefined>("profile");
  const offered = profiles.find((profile) => profile.name === name)?.overspend_rules ?? [];
  return (
    <fieldset className="form-part">
      <legend>{t("notice.part.procedure")}</legend>
      <Field name="profile" required>
        <ProfileChoice />
      </Field>
      <Field name="budget" required>
        <MoneyInput />
      </Field>
      <Field name="overspend_rule" required extra={t("notice.hint.overspend_rule")}>
        <Select options={offered.map((rule) => ({ value: rule, label: t(`tenders.rules.${rule}`) }))} />
      </Field>
      <Field name="one_each" valuePropName="checked">
        <Switch />
      </Field>
    </fieldset>
  );
}

function Contracts() {
  const { t } = useTranslation();
  return (
    <fieldset className="form-part">
      <legend>{t("notice.part.contracts")}</legend>
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
