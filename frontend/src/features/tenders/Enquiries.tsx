import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { momentText } from "../../ui/format";
import { useArrival } from "../../ui/useArrival";

type Tender = components["schemas"]["TenderRead"];
type Enquiry = components["schemas"]["EnquiryRead"];

/** Questions about the notice, and the purchaser's answers that everybody reads. */
export function Enquiries({ tender }: { tender: Tender }) {
  const { t } = useTranslation();
  const path = { tender_id: tender.id };
  const enquiries = $api.useQuery("get", "/api/v1/tenders/{tender_id}/enquiries", { params: { path } });
  useArrival("enquiries", enquiries.isSuccess);
  const open = enquiries.data?.filter((each) => each.answer === null).length ?? 0;
  return (
    <section aria-labelledby="enquiries">
      <h2 id="enquiries">
        {t("tenders.enquiries")}{" "}
        {open > 0 && <span className="soft">{t("notice.open_questions", { count: open })}</span>}
      </h2>
      {enquiries.data?.length === 0 && <p className="soft">{t("tenders.no_enquiries")}</p>}
      <ul className="enquiries">
        {enquiries.data?.map((each) => (
          <Asked key={each.id} of={each} />
        ))}
      </ul>
      {tender.actions.includes("ask") && <Ask id={tender.id} />}
    </section>
  );
}

function Asked({ of }: { of: Enquiry }) {
  const { t, i18n } = useTranslation();
  return (
    <li>
      <p>
        {of.question} <span className="soft">{momentText(of.asked_at, i18n.language)}</span>
      </p>
      {of.actions.includes("answer") ? (
        <Answer of={of} />
      ) : (
        <p className="soft">
          {of.answer || t("tenders.unanswered")} {of.answered_at && momentText(of.answered_at, i18n.language)}
        </p>
      )}
    </li>
  );
}

function Answer({ of }: { of: Enquiry }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const answer = $api.useMutation("post", "/api/v1/tenders/{tender_id}/enquiries/{enquiry_id}/answer", {
    onSuccess: () => void cache.invalidateQueries(),
  });
  return (
    <FormSheet<components["schemas"]["EnquiryAnswer"]>
      draft={`answer ${of.id}`}
      send={(body) => answer.mutateAsync({ params: { path: { tender_id: of.tender_id, enquiry_id: of.id } }, body })}
      sending={answer.isPending}
      error={answer.error}
      submit={t("action.answer")}
    >
      <ProseField name="answer" label={t("notice.answer")} required rows={3} limit={5000} />
    </FormSheet>
  );
}

function Ask({ id }: { id: number }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const ask = $api.useMutation("post", "/api/v1/tenders/{tender_id}/enquiries", {
    onSuccess: () => void cache.invalidateQueries(),
  });
  return (
    <FormSheet<components["schemas"]["EnquiryAsk"]>
      draft={`enquiry ${id}`}
      send={(body) => ask.mutateAsync({ params: { path: { tender_id: id } }, body })}
      sending={ask.isPending}
      error={ask.error}
      submit={t("action.ask")}
    >
      <ProseField name="question" label={t("tenders.question")} required rows={3} />
    </FormSheet>
  );
}
