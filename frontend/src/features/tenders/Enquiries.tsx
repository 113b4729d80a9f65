import { useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { RefusalAlert } from "../../ui/RefusalAlert";

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
  const [question, setQuestion] = useState("");
  const ask = $api.useMutation("post", "/api/v1/tenders/{tender_id}/enquiries", {
    onSuccess: () => {
      setQuestion("");
      void cache.invalidateQueries();
    },
  });
  return (
    <div className="ask">
      <Input.TextArea
        aria-label={t("tenders.question")}
        placeholder={t("tenders.question")}
        rows={3}
        value={question}
        onChange={(event) => setQuestion(event.target.value)}
      />
      <RefusalAlert error={ask.error} />
      <Button
        type="primary"
        loading={ask.isPending}
        disabled={!question.trim()}
        onClick={() => ask.mutate({ params: { path: { tender_id: id } }, body: { question } })}
      >
        {t("action.ask")}
      </Button>
    </div>
  );
}
