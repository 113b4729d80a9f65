import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useSession } from "../../api/session";
import { Field } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { NameFields } from "./AccountForms";
import { InvitationLink } from "./InvitationLink";
import { MandateChoice } from "./Mandates";
import { useDone } from "./useDone";

/** One more account of one's own party, by a link; it counts once a colleague has confirmed who set the password. */
export function InviteColleague() {
  const { t } = useTranslation();
  const mandate = useSession().data?.current?.mandate;
  const [link, setLink] = useState("");
  const done = useDone(t("accounts.made"));
  const invite = $api.useMutation("post", "/api/v1/accounts/colleagues", {
    onSuccess: (made) => {
      setLink(made.link);
      done();
    },
  });
  return (
    <section className="panel" aria-labelledby="invite">
      <h2 id="invite">{t("accounts.invite")}</h2>
      <p className="soft">{t("accounts.invite_hint")}</p>
      {link && <InvitationLink link={link} />}
      <div className="account-form">
        <FormSheet<components["schemas"]["ColleagueInvite"]>
          room="parties"
          initial={mandate ? { mandate: "editor" } : {}}
          send={(body) => invite.mutateAsync({ body })}
          sending={invite.isPending}
          error={invite.error}
          submit={t("accounts.make_link")}
        >
          <NameFields />
          {mandate && (
            <Field name="mandate" required>
              <MandateChoice />
            </Field>
          )}
        </FormSheet>
      </div>
    </section>
  );
}
