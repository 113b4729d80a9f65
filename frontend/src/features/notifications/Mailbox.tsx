import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import "./notifications.css";

type Read = components["schemas"]["MailboxRead"];
const PACES: readonly Read["pace"][] = ["at_once", "daily", "never"];
const AT = "/api/v1/notifications/mailbox";

/** Where and how soon one wants to be mailed; an address counts once its code was typed in here. */
export function Mailbox() {
  const { t } = useTranslation();
  const mailbox = $api.useQuery("get", AT);
  return (
    <section className="panel" aria-labelledby="mailbox">
      <h2 id="mailbox">{t("notifications.mailbox")}</h2>
      <Fetched query={mailbox}>
        {(it) =>
          it.is_offered ? (
            <>
              <p className="soft">{t("notifications.mailbox_hint")}</p>
              <Wish of={it} key={it.address} />
              {it.address && !it.is_confirmed && <Code address={it.address} />}
              {it.address && <Removal />}
            </>
          ) : (
            <p className="soft">{t("notifications.not_offered")}</p>
          )
        }
      </Fetched>
    </section>
  );
}

function useRefresh(): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(AT) });
}

function Wish({ of }: { of: Read }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const set = $api.useMutation("put", AT, {
    onSuccess: async (it) => {
      await refresh();
      message.success(t(it.is_confirmed ? "notifications.saved" : "notifications.code_sent"));
    },
  });
  return (
    <Form<{ address: string; pace: Read["pace"] }>
      layout="vertical"
      requiredMark={false}
      className="mailbox"
      initialValues={{ address: of.address ?? "", pace: of.pace }}
      onFinish={(wish) => set.mutate({ body: { ...wish, language: languageOf(i18n.language) } })}
    >
      <Form.Item
        name="address"
        label={t("notifications.address")}
        validateTrigger="onBlur"
        rules={[{ required: true, type: "email", message: t("notifications.address_wrong") }]}
      >
        <Input type="email" autoComplete="email" inputMode="email" maxLength={200} />
      </Form.Item>
      <Form.Item name="pace" label={t("notifications.pace")}>
        <Radio.Group options={PACES.map((value) => ({ value, label: t(`notifications.paces.${value}`) }))} />
      </Form.Item>
      <RefusalAlert error={set.error} />
      <Button type="primary" htmlType="submit" loading={set.isPending}>
        {t("action.save")}
      </Button>
    </Form>
  );
}

function Code({ address }: { address: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [code, setCode] = useState("");
  const refresh = useRefresh();
  const confirm = $api.useMutation("post", `${AT}/confirm`, {
    onSuccess: async () => {
      await refresh();
      message.success(t("notifications.confirmed"));
    },
  });
  return (
    <Form layout="vertical" className="mailbox" onFinish={() => confirm.mutate({ body: { code: code.trim() } })}>
      <Alert type="info" showIcon title={t("notifications.unconfirmed", { address })} />
      <Form.Item label={t("notifications.code")} htmlFor="mailbox-code">
        <Input
          id="mailbox-code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      </Form.Item>
      <RefusalAlert error={confirm.error} />
      <Button htmlType="submit" loading={confirm.isPending} disabled={code.trim() === ""}>
        {t("notifications.confirm")}
      </Button>
    </Form>
  );
}

function Removal() {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const remove = $api.useMutation("delete", AT, { onSuccess: refresh });
  return (
    <>
      <RefusalAlert error={remove.error} />
      <Button type="link" danger loading={remove.isPending} onClick={() => remove.mutate({})}>
        {t("notifications.remove")}
      </Button>
    </>
  );
}
