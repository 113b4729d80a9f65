import { Form, Input, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { CategoriesSelect, PlaceSelect } from "../../ui/form/choices";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import "./registrations.css";

type Body = components["schemas"]["RegistrationSubmit"];

const LEGAL_PERSONS = ["social_service_agency", "association", "foundation", "company"] as const;
const GROUPS = ["community_group_filed", "resident_group", "student_team"] as const;

/** An organisation asks to take part; what it gets is a code by which it learns what became of it. */
export default function Apply() {
  const { t } = useTranslation();
  const submit = $api.useMutation("post", "/api/v1/registrations");
  const [receipt, setReceipt] = useState("");
  const send = async (body: Body): Promise<void> => setReceipt((await submit.mutateAsync({ body })).receipt_code);
  return (
    <Page
      title={t("nav.register")}
      subtitle={
        <>
          {t("registrations.subtitle")} <Link to="/register/receipt">{t("nav.register_receipt")}</Link>
        </>
      }
    >
      {receipt ? <Receipt code={receipt} /> : <Sheet send={send} sending={submit.isPending} error={submit.error} />}
    </Page>
  );
}

type SheetProps = { send: (body: Body) => Promise<void>; sending: boolean; error: unknown };

function Sheet({ send, sending, error }: SheetProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Body>();
  const kind = Form.useWatch("legal_kind", form);
  const isLegalPerson = (LEGAL_PERSONS as readonly string[]).includes(kind ?? "");
  return (
    <div className="panel registration-form">
      <FormSheet<Body>
        room="registrations"
        form={form}
        send={send}
        sending={sending}
        error={error}
        submit={t("action.submit")}
      >
        <Field name="legal_kind" required>
          <Radio.Group
            className="registration-kinds"
            options={[...LEGAL_PERSONS, ...GROUPS].map((value) => ({
              value,
              label: t(`rooms.parties.legal_kind.${value}`),
            }))}
          />
        </Field>
        <LineField name="name_zh" required limit={200} />
        {isLegalPerson && (
          <Field name="credit_code" required extra={t("registrations.credit_code_hint")} normalize={folded}>
            <Input maxLength={18} autoCapitalize="characters" spellCheck={false} />
          </Field>
        )}
        <Field name="area_code" required extra={t("registrations.area_hint")}>
          <PlaceSelect />
        </Field>
        <ProseField name="introduction" required limit={4000} extra={t("registrations.introduction_hint")} />
        <Field name="domain_codes">
          <CategoriesSelect />
        </Field>
        <LineField name="contact_name" required limit={100} />
        <Field name="contact_phone" required extra={t("registrations.contact_hint")}>
          <Input type="tel" autoComplete="tel" maxLength={40} />
        </Field>
      </FormSheet>
    </div>
  );
}

const folded = (typed: string): string => typed.replace(/\s/g, "").toUpperCase();

function Receipt({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <section className="panel" role="status">
      <h2>{t("registrations.submitted")}</h2>
      <p>{t("registrations.keep_code")}</p>
      <p className="registration-code figures">
        {code.slice(0, 4)} {code.slice(4)}
      </p>
      <p>{t("registrations.next")}</p>
      <Link to="/register/receipt">{t("nav.register_receipt")}</Link>
    </section>
  );
}
