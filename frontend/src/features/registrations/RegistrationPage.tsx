import { Alert, Descriptions, Input, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useTerms } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { ActionBar, type ActionFormProps } from "../../ui/ActionBar";
import { AreaName } from "../../ui/AreaName";
import { momentText, listText } from "../../ui/format";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { Link, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import "./registrations.css";

type Registration = components["schemas"]["RegistrationRead"];
type Admitted = components["schemas"]["RegistrationAdmitted"];

/** One application: what it says, and the decision. */
export default function RegistrationPage() {
  const registration_id = useNumber("registration_id");
  const found = $api.useQuery("get", "/api/v1/registrations/{registration_id}", {
    params: { path: { registration_id } },
  });
  return <Fetched query={found}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Registration }) {
  const { t } = useTranslation();
  const [link, setLink] = useState("");
  return (
    <Page
      title={of.name_zh}
      subtitle={<AreaName path={of.area_path} code={of.area_code} />}
      crumbs={[{ label: t("nav.registrations"), to: "/registrations" }]}
      action={
        <ActionBar
          of={of}
          feature="registrations"
          words="rooms.registrations"
          forms={{ admit: Admit, refuse: Refuse }}
          onDone={(verb, answer) => verb === "admit" && setLink((answer as Admitted).link)}
        />
      }
    >
      {link && <Invitation link={link} />}
      <p>
        <StatusTag status={of.status} room="registrations" />{" "}
        {of.party_id && <Link to={`/organizations/${of.party_id}`}>{t("registrations.to_party")}</Link>}
      </p>
      <Descriptions bordered column={1} items={useFacts(of)} />
    </Page>
  );
}

/** Shown once: whoever has it sets the password of the first account. */
function Invitation({ link }: { link: string }) {
  const { t } = useTranslation();
  const whole = location.origin + link;
  return (
    <Alert
      type="success"
      showIcon
      className="registration-link"
      title={t("registrations.link_title")}
      description={
        <>
          <p>{t("registrations.link_hint")}</p>
          <Typography.Text copyable={{ text: whole }} code>
            {whole}
          </Typography.Text>
        </>
      }
    />
  );
}

function useFacts(of: Registration) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const facts: Record<string, string | null> = {
    legal_kind: t(`rooms.parties.legal_kind.${of.legal_kind}`),
    credit_code: of.credit_code,
    name_en: of.name_en,
    introduction: of.introduction,
    domain_codes: listText(of.domain_codes.map(term), i18n.language),
    contact_name: of.contact_name,
    contact_phone: of.contact_phone,
    submitted_at: momentText(of.submitted_at, i18n.language),
    settled_at: of.settled_at && momentText(of.settled_at, i18n.language),
    reason: of.reason,
  };
  return Object.entries(facts)
    .filter(([, said]) => said)
    .map(([name, said]) => ({ key: name, label: t(`rooms.registrations.field.${name}`), children: said }));
}

function Admit({ of, send, cancel, sending }: ActionFormProps<Registration>) {
  const { t } = useTranslation();
  return (
    <FormSheet<components["schemas"]["RegistrationAdmit"]>
      room="registrations"
      initial={{ display_name: of.contact_name }}
      send={send}
      sending={sending}
      submit={t("rooms.registrations.action.admit")}
      cancel={cancel}
    >
      <p>{t("registrations.admit_hint")}</p>
      <Field name="username" required extra={t("registrations.username_hint")}>
        <Input autoCapitalize="none" autoComplete="off" spellCheck={false} maxLength={64} />
      </Field>
      <LineField name="display_name" required limit={200} />
    </FormSheet>
  );
}

function Refuse({ send, cancel, sending }: ActionFormProps<Registration>) {
  const { t } = useTranslation();
  return (
    <FormSheet<components["schemas"]["RegistrationRefuse"]>
      room="registrations"
      send={send}
      sending={sending}
      submit={t("rooms.registrations.action.refuse")}
      danger
      cancel={cancel}
    >
      <ProseField name="reason" required limit={2000} extra={t("registrations.reason_hint")} />
    </FormSheet>
  );
}
