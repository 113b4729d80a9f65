/** What a purchaser does to a notice, each with its form. */
import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import type { ActionFormProps } from "../../../ui/ActionBar";
import { Field, ProseField } from "../../../ui/form/Field";
import { FormSheet } from "../../../ui/form/FormSheet";
import { MomentInput } from "../../../ui/form/inputs";

type Form = ActionFormProps<components["schemas"]["TenderRead"]>;

const ending = (verb: "cancel" | "fail") =>
  function End({ send, cancel, sending }: Form) {
    const { t } = useTranslation();
    return (
      <FormSheet<components["schemas"]["TenderEnd"]>
        room="notices"
        send={send}
        sending={sending}
        cancel={cancel}
        submit={t(`action.${verb}`)}
        danger
      >
        <p>{t(`notice.follows.${verb}`)}</p>
        <ProseField name="reason" required rows={3} limit={5000} />
      </FormSheet>
    );
  };

function Invite({ send, cancel, sending }: Form) {
  const { t } = useTranslation();
  return (
    <FormSheet<components["schemas"]["FinalOffersInvite"]>
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("action.invite")}
    >
      <p>{t("notice.follows.invite")}</p>
      <Field name="ends_at" required>
        <MomentInput />
      </Field>
    </FormSheet>
  );
}

export const FORMS = { cancel: ending("cancel"), fail: ending("fail"), invite: Invite };
