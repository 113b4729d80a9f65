import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { ActionBar, type ActionFormProps } from "../../ui/ActionBar";
import { Field } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { DayInput } from "../../ui/form/inputs";
import { Money } from "../../ui/Money";

export type Progress = components["schemas"]["ProgressRead"];
type Cut = Progress["cuts"][number];

/** How far the result of a tender is, for this reader. */
export const useProgress = (tender_id: number, isThere = true) =>
  $api.useQuery(
    "get",
    "/api/v1/awards/results/{tender_id}/progress",
    { params: { path: { tender_id } } },
    { enabled: isThere },
  );

/** What the reader is to do now for the result to go on, or what that waits for; nothing for whoever only reads. */
export function NextStep({ of }: { of: Progress }) {
  const { t, i18n } = useTranslation();
  if (of.actions.length + of.waits.length + of.cuts.length === 0) return null;
  return (
    <section className="summary" aria-labelledby="next">
      <h2 id="next">{t("tenders.result.next")}</h2>
      {of.waits.map(({ field, messages }) => (
        <p key={field}>{messages[languageOf(i18n.language)]}</p>
      ))}
      <ActionBar of={of} feature="awards/results" words="rooms.awards" forms={{ publish: Publish }} />
      {of.cuts.map((cut) => (
        <OwnCut key={cut.id} of={cut} />
      ))}
    </section>
  );
}

function Publish({ send, cancel, sending }: ActionFormProps<Progress>) {
  const { t } = useTranslation();
  return (
    <FormSheet<components["schemas"]["ResultPublish"]>
      room="awards"
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.awards.action.publish")}
    >
      <p>{t("tenders.result.publish_follows")}</p>
      <Field name="notice_ends_on" extra={t("tenders.result.shortest")}>
        <DayInput />
      </Field>
    </FormSheet>
  );
}

/** Less money than was asked for: the bidder takes it, or stands back. */
function OwnCut({ of }: { of: Cut }) {
  const { t } = useTranslation();
  return (
    <>
      <p>
        {t("tenders.result.own_cut", { place: of.place })} {t("rooms.awards.field.asked")} <Money of={of.asked} /> →{" "}
        <strong>
          <Money of={of.amount} />
        </strong>
        {of.cut_accepted_at && <span className="soft"> {t("tenders.result.cut_taken")}</span>}
      </p>
      <ActionBar of={of} feature="awards" words="rooms.awards" />
    </>
  );
}
