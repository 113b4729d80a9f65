import { Button, Modal, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { partyName, seatName } from "../../api/session";
import { ActionBar } from "../../ui/ActionBar";
import { type Column, DataTable } from "../../ui/DataTable";
import { Page } from "../../ui/Page";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { StatusTag } from "../../ui/StatusTag";
import { AddSeat, NewAccount } from "./AccountForms";
import { InvitationLink } from "./InvitationLink";
import { MandateSelect } from "./Mandates";
import { useDone } from "./useDone";
import "./accounts.css";

type Account = components["schemas"]["AccountRead"];

/** Who may sign in, in which roles: made, invited, shut out and let in again. */
export default function AccountList() {
  const { t } = useTranslation();
  const [making, setMaking] = useState(false);
  const [link, setLink] = useState("");
  return (
    <Page
      title={t("nav.accounts")}
      subtitle={t("accounts.list_subtitle")}
      action={
        <Button type="primary" onClick={() => setMaking(true)}>
          {t("rooms.parties.action.create_account")}
        </Button>
      }
    >
      {link && <InvitationLink link={link} />}
      <DataTable
        from="/api/v1/accounts"
        caption={t("nav.accounts")}
        rowKey={(row) => row.id}
        filters={[{ name: "q", kind: "search", label: t("accounts.search") }]}
        columns={useColumns(setLink)}
        empty={{ title: t("accounts.none"), hint: t("accounts.none_hint") }}
      />
      <Modal
        open={making}
        title={t("rooms.parties.action.create_account")}
        footer={null}
        onCancel={() => setMaking(false)}
        destroyOnHidden
      >
        <NewAccount
          cancel={() => setMaking(false)}
          onMade={(made) => {
            setLink(made);
            setMaking(false);
          }}
        />
      </Modal>
    </Page>
  );
}

function useColumns(onLink: (link: string) => void): Column<Account>[] {
  const { t } = useTranslation();
  return [
    {
      key: "username",
      title: t("field.username"),
      sort: "username",
      phone: "title",
      render: (row) => (
        <>
          {row.display_name} <span className="soft">{row.username}</span>
        </>
      ),
    },
    { key: "status", title: t("field.status"), render: (row) => <StatusTag status={row.status} room="parties" /> },
    { key: "memberships", title: t("rooms.parties.field.memberships"), render: (row) => <Seats of={row} /> },
    { key: "actions", title: t("accounts.actions"), render: (row) => <Buttons of={row} onLink={onLink} /> },
  ];
}

function Seats({ of }: { of: Account }) {
  const { t, i18n } = useTranslation();
  const onSuccess = useDone(t("accounts.seat_ended"));
  const end = $api.useMutation("post", "/api/v1/accounts/memberships/{membership_id}/end", { onSuccess });
  const [adding, setAdding] = useState(false);
  return (
    <>
      <ul className="account-seats">
        {of.memberships.map((seat) => (
          <li key={seat.id}>
            {[seatName(seat, t), partyName(seat.party, i18n.language)].filter(Boolean).join(" · ")}
            {seat.mandate && seat.actions.includes("change_mandate") && (
              <MandateSelect membership_id={seat.id} name={of.display_name} value={seat.mandate} />
            )}
            <Popconfirm
              title={t("accounts.end_seat_sure")}
              okText={t("accounts.end_seat")}
              cancelText={t("ui.cancel")}
              onConfirm={() => end.mutate({ params: { path: { membership_id: seat.id } } })}
            >
              <Button type="link" danger size="small">
                {t("accounts.end_seat")}
              </Button>
            </Popconfirm>
          </li>
        ))}
      </ul>
      <RefusalAlert error={end.error} />
      <Button type="link" size="small" className="account-add" onClick={() => setAdding(true)}>
        {t("accounts.add_seat")}
      </Button>
      <Modal
        open={adding}
        title={`${t("accounts.add_seat")} · ${of.display_name}`}
        footer={null}
        onCancel={() => setAdding(false)}
        destroyOnHidden
      >
        <AddSeat account_id={of.id} leave={() => setAdding(false)} />
      </Modal>
    </>
  );
}

function Buttons({ of, onLink }: { of: Account; onLink: (link: string) => void }) {
  const invite = $api.useMutation("post", "/api/v1/accounts/{account_id}/invite", {
    onSuccess: ({ link }) => onLink(link),
  });
  const again = () => invite.mutate({ params: { path: { account_id: of.id } } });
  return (
    <>
      <ActionBar of={of} feature="accounts" words="rooms.parties" go={{ invite_account: again }} />
      <RefusalAlert error={invite.error} />
    </>
  );
}
