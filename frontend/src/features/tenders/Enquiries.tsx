import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Tender = components["schemas"]["TenderRead"];

/** Questions about the notice, and the purchaser's answers that everybody reads. */
export function Enquiries({ tender }: { tender: Tender }) {
  const { t } = useTranslation();
  const path = { tender_id: tender.id };
  const enquiries = $api.useQuery("get", "/api/v1/tenders/{tender_id}/enquiries", { params: { path } });
  return (
    <section aria-labelledby="enquiries">
      <h2 id="enquiries">{t("tenders.enquiries")}</h2>
      {enquiries.data?.length === 0 && <p className="soft">{t("tenders.no_enquiries")}</p>}
      <ul className="enquiries">
        {enquiries.data?.map((enquiry) => (
          <li key={enquiry.id}>
            <p>{enquiry.question}</p>
            <p className="soft">{enquiry.answer || t("tenders.unanswered")}</p>
          </li>
        ))}
      </ul>
      {tender.actions.includes("ask") && <Ask id={tender.id} />}
    </section>
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
