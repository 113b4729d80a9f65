import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Form, Input, Popconfirm, Space } from "antd";
import { useTranslation } from "react-i18next";
import { request } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { seatName, useSession } from "../../api/session";
import { Empty } from "../../ui/Empty";
import { momentText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { InviteColleague } from "./InviteColleague";
import { People } from "./People";
import { Person } from "./Person";
import { useDone } from "./useDone";
import "./accounts.css";

type All = components["schemas"]["ColleaguesRead"];
type Seat = components["schemas"]["SeatAsked"];
type Asked = components["schemas"]["ResetAsked"];
type Told = components["schemas"]["ResetTold"];
const ACCOUNTS = "/api/v1/accounts";
const KEY = ["colleagues"];

/** What the people of one party say for each other: who joins them, and who gets a new password. */
export default function Colleagues() {
  const { t } = useTranslation();
  const mandate = useSession().data?.current?.mandate;
  const colleagues = useQuery({ queryKey: KEY, queryFn: () => request<All>(`${ACCOUNTS}/colleagues`) });
  return (
    <Page title={t("accounts.colleagues_title")} subtitle={t("accounts.colleagues_subtitle")}>
      <Fetched query={colleagues}>
        {({ people, seats, resets, told, actions }) => (
          <>
            {seats.length + resets.length + told.length === 0 && !mandate && (
              <div className="account-note">
                <Empty title={t("accounts.nobody")} hint={t("accounts.nobody_hint")} />
              </div>
            )}
            {resets.length > 0 && <Resets resets={resets} />}
            {seats.length > 0 && <Seats seats={seats} />}
            {told.length > 0 && <News told={told} />}
            {mandate && <People people={people} />}
            {actions.includes("invite_colleague") && <InviteColleague />}
          </>
        )}
      </Fetched>
    </Page>
  );
}

function Resets({ resets }: { resets: readonly Asked[] }) {
  const { t } = useTranslation();
  const people = [...new Map(resets.map((each) => [each.account_id, each])).values()];
  return (
    <section className="panel" aria-labelledby="resets">
      <h2 id="resets">{t("accounts.resets")}</h2>
      <p className="soft">{t("accounts.resets_hint")}</p>
      <ul className="account-list">
        {people.map((asked) => (
          <OneReset key={asked.account_id} asked={asked} />
        ))}
      </ul>
    </section>
  );
}

function OneReset({ asked }: { asked: Asked }) {
  const { t, i18n } = useTranslation();
  const onSuccess = useDone(t("accounts.approved"));
  const approve = useMutation({
    mutationFn: (given: { code: string }) =>
      request(`${ACCOUNTS}/${asked.account_id}/approve_reset`, { method: "POST", body: given }),
    onSuccess,
  });
  const from = [momentText(asked.asked_at, i18n.language), asked.device].filter(Boolean).join(" · ");
  return (
    <li>
      <Person name={asked.display_name} username={asked.username} more={from} />
      <Form<{ code: string }> layout="inline" requiredMark={false} onFinish={(given) => approve.mutate(given)}>
        <RefusalAlert error={approve.error} />
        <Form.Item name="code" label={t("accounts.code")} rules={[{ required: true, message: t("ui.required") }]}>
          <Input className="account-code-field figures" inputMode="numeric" autoComplete="off" maxLength={8} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={approve.isPending}>
          {t("accounts.approve")}
        </Button>
      </Form>
    </li>
  );
}

function Seats({ seats }: { seats: readonly Seat[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="seats">
      <h2 id="seats">{t("accounts.seats")}</h2>
      <p className="soft">{t("accounts.seats_hint")}</p>
      <ul className="account-list">
        {seats.map((seat) => (
          <OneSeat key={seat.membership_id} seat={seat} />
        ))}
      </ul>
    </section>
  );
}

function OneSeat({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const onSuccess = useDone(t("accounts.answered"));
  const answer = useMutation({
    mutationFn: (verb: "confirm" | "end") =>
      request(`${ACCOUNTS}/memberships/${seat.membership_id}/${verb}`, { method: "POST" }),
    onSuccess,
  });
  return (
    <li>
      <Person
        name={seat.display_name}
        username={seat.username}
        more={[seatName(seat, t), seat.has_password ? "" : t("accounts.no_password_yet")].filter(Boolean).join(" · ")}
      />
      <Space wrap>
        <RefusalAlert error={answer.error} />
        <Button
          type="primary"
          disabled={!seat.has_password}
          loading={answer.isPending}
          onClick={() => answer.mutate("confirm")}
        >
          {t("accounts.is_colleague")}
        </Button>
        <Popconfirm
          title={t("accounts.turn_away_sure")}
          okText={t("accounts.is_none")}
          cancelText={t("ui.cancel")}
          onConfirm={() => answer.mutate("end")}
        >
          <Button danger>{t("accounts.is_none")}</Button>
        </Popconfirm>
      </Space>
    </li>
  );
}

function News({ told }: { told: readonly Told[] }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="panel" aria-labelledby="told">
      <h2 id="told">{t("accounts.told")}</h2>
      <p className="soft">{t("accounts.told_hint")}</p>
      <ul className="account-list">
        {told.map((each) => (
          <li key={`${each.username} ${each.set_at}`}>
            {t("accounts.told_line", {
              name: each.display_name,
              at: momentText(each.set_at ?? "", i18n.language),
              by: each.approved_by ?? t("accounts.operator"),
            })}
          </li>
        ))}
      </ul>
    </section>
  );
}
