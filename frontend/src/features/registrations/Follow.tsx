import { Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { ActionBar } from "../../ui/ActionBar";
import { momentText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import "./registrations.css";

/** What became of an application, for whoever holds its receipt. */
export default function Follow() {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  return (
    <Page title={t("nav.register_receipt")} crumbs={[{ label: t("nav.register"), to: "/register" }]}>
      <Form<{ code: string }>
        layout="vertical"
        requiredMark={false}
        className="panel registration-form"
        onFinish={(given) => setCode(given.code.replace(/[\s-]/g, ""))}
      >
        <Form.Item name="code" label={t("registrations.code")} rules={[{ required: true, message: t("ui.required") }]}>
          <Input className="figures" autoCapitalize="characters" autoComplete="off" spellCheck={false} maxLength={20} />
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {t("registrations.look")}
        </Button>
      </Form>
      {code && <Followed key={code} code={code} />}
    </Page>
  );
}

function Followed({ code }: { code: string }) {
  const { t, i18n } = useTranslation();
  const found = $api.useQuery(
    "get",
    "/api/v1/registrations/receipts/{code}",
    { params: { path: { code } } },
    { retry: false },
  );
  return (
    <Fetched query={found}>
      {(it) => (
        <section className="panel" aria-live="polite">
          <h2>
            {it.name_zh} <StatusTag status={it.status} room="registrations" />
          </h2>
          <p className="soft">{momentText(it.settled_at ?? it.submitted_at, i18n.language)}</p>
          <p>{t(`registrations.followed.${it.status}`)}</p>
          {it.reason && (
            <p>
              {t("rooms.registrations.field.reason")}：{it.reason}
            </p>
          )}
          <ActionBar
            of={{ id: code, actions: it.actions }}
            feature="registrations/receipts"
            words="rooms.registrations"
          />
        </section>
      )}
    </Fetched>
  );
}
