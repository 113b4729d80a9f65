import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Party = components["schemas"]["PartyRead"];
type Body = components["schemas"]["PartyUpdate"];

/** What an organisation says of itself, and what its contracts say of it. */
export function Introduce({ of, leave }: { of: Party; leave: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const edit = $api.useMutation("patch", "/api/v1/parties/{party_id}", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      leave();
    },
  });
  const { introduction, office_phone, office_email, address, legal_representative, bank_name, bank_account } = of;
  return (
    <div className="panel">
      <FormSheet<Body>
        room="parties"
        initial={{ introduction, office_phone, office_email, address, legal_representative, bank_name, bank_account }}
        draft={`party ${of.id}`}
        version={of.version}
        send={(body) => edit.mutateAsync({ params: { path: { party_id: of.id }, header: ifMatch(of.version) }, body })}
        sending={edit.isPending}
        error={edit.error}
        cancel={leave}
        submit={t("action.save")}
      >
        <ProseField name="introduction" limit={4000} extra={t("parties.introduction_hint")} />
        <LineField name="office_phone" limit={40} />
        <LineField name="office_email" limit={200} />
        <LineField name="address" limit={300} />
        <LineField name="legal_representative" limit={100} extra={t("parties.contract_hint")} />
        <LineField name="bank_name" limit={200} />
        <LineField name="bank_account" limit={40} extra={t("parties.bank_hint")} />
      </FormSheet>
    </div>
  );
}
