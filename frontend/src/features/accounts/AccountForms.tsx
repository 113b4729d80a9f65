import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { PartySelect } from "../../ui/form/choices";
import { Field, LineField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { Rows } from "../../ui/form/Rows";
import { useDone } from "./useDone";

type AccountBody = components["schemas"]["AccountCreate"];
type SeatBody = components["schemas"]["SeatCreate"];

/** The roles that a seat can be given in: all but those that nobody signs in with. */
const GIVEN: Record<Exclude<components["schemas"]["Role"], "resident" | "clock">, true> = {
  committee: true,
  street: true,
  organization: true,
  purchaser: true,
  judge: true,
  evaluator: true,
  auditor: true,
  admin: true,
};

function RoleSelect({ id, value, onChange }: { id?: string; value?: string; onChange?: (role: string) => void }) {
  const { t } = useTranslation();
  return (
    <Select
      {...(id !== undefined && { id })}
      {...(value !== undefined && { value })}
      {...(onChange && { onChange })}
      placeholder={t("ui.form.choose")}
      options={Object.keys(GIVEN).map((role) => ({ value: role, label: t(`role.${role}`) }))}
    />
  );
}

/** In which role, for whom; judges and administrators act for nobody. */
function SeatFields({ at = [] }: { at?: (string | number)[] }) {
  const { t } = useTranslation();
  return (
    <>
      <Field name={[...at, "role"]} required>
        <RoleSelect />
      </Field>
      <Field name={[...at, "party_id"]} label={t("rooms.parties.field.party")} extra={t("accounts.party_hint")}>
        <PartySelect />
      </Field>
    </>
  );
}

/** The names of an account and of its person. */
export function NameFields() {
  const { t } = useTranslation();
  return (
    <>
      <Field name="username" required extra={t("accounts.username_hint")}>
        <Input autoCapitalize="none" autoComplete="off" spellCheck={false} maxLength={64} />
      </Field>
      <LineField name="display_name" required limit={200} />
    </>
  );
}

export function NewAccount({ onMade, cancel }: { onMade: (link: string) => void; cancel: () => void }) {
  const { t } = useTranslation();
  const done = useDone(t("accounts.made"));
  const make = $api.useMutation("post", "/api/v1/accounts", {
    onSuccess: ({ link }) => {
      done();
      onMade(link);
    },
  });
  return (
    <FormSheet<AccountBody>
      room="parties"
      initial={{ memberships: [{}] as SeatBody[] }}
      send={(body) => make.mutateAsync({ body })}
      sending={make.isPending}
      error={make.error}
      submit={t("rooms.parties.action.create_account")}
      cancel={cancel}
    >
      <NameFields />
      <Rows name="memberships">{(at) => <SeatFields at={[at]} />}</Rows>
    </FormSheet>
  );
}

export function AddSeat({ account_id, leave }: { account_id: number; leave: () => void }) {
  const { t } = useTranslation();
  const done = useDone(t("accounts.seat_added"));
  const add = $api.useMutation("post", "/api/v1/accounts/{account_id}/memberships", {
    onSuccess: () => {
      done();
      leave();
    },
  });
  return (
    <FormSheet<SeatBody>
      room="parties"
      send={(body) => add.mutateAsync({ params: { path: { account_id } }, body })}
      sending={add.isPending}
      error={add.error}
      submit={t("accounts.add_seat")}
      cancel={leave}
    >
      <SeatFields />
    </FormSheet>
  );
}
