import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { languageOf } from "../../../api/refusal";
import type { components } from "../../../api/schema.gen";
import { Empty } from "../../../ui/Empty";
import { useGo, useNumber } from "../../../ui/Link";
import { Money } from "../../../ui/Money";
import { Page } from "../../../ui/Page";
import { Fetched } from "../../../ui/Pending";
import { RefusalAlert } from "../../../ui/RefusalAlert";
import { chosen } from "../../../ui/chosen";
import "../tenders.css";
import "./notice.css";

type Finding = components["schemas"]["FindingRead"];

/** What the rules find about every bid that is not decided yet; one confirmed click decides on all. */
export default function EligibilityPage() {
  const { t } = useTranslation();
  const tender_id = useNumber("tender_id");
  const path = { tender_id };
  const found = $api.useQuery("get", "/api/v1/tenders/{tender_id}/prequalification", { params: { path } });
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path } });
  return (
    <Page
      title={t("notice.eligibility")}
      subtitle={t("notice.eligibility_hint")}
      crumbs={[
        { label: t("nav.tenders"), to: "/tenders" },
        { label: t("nav.tender"), to: `/tenders/${tender_id}` },
      ]}
    >
      <Fetched query={found}>{(findings) => <Findings of={findings} />}</Fetched>
      {found.data && tender.data?.actions.includes("prequalify") && <Decide of={found.data} tenderId={tender_id} />}
    </Page>
  );
}

const failingOf = (of: Finding[]): Finding[] => of.filter(({ reasons }) => reasons.length > 0);

function Findings({ of }: { of: Finding[] }) {
  const { t, i18n } = useTranslation();
  const failing = failingOf(of);
  if (of.length === 0) return <Empty title={t("notice.all_decided")} hint={t("notice.all_decided_hint")} />;
  return (
    <>
      <p className="summary-lead">
        {t("notice.found", { eligible: of.length - failing.length, ineligible: failing.length })}
      </p>
      <ul className="enquiries">
        {[...failing, ...of.filter(({ reasons }) => reasons.length === 0)].map(({ bid, reasons }) => (
          <li key={bid.id} className={reasons.length ? "finding lack" : "finding met"}>
            <p>
              <strong>
                {bid.ref} {chosen(bid, "party", i18n.language)}
              </strong>{" "}
              {bid.title} · {bid.lot} {bid.item} · <Money of={bid.amount} />
            </p>
            {reasons.length === 0 && <p className="won">{t("status.eligible")}</p>}
            {reasons.map((reason) => (
              <p key={reason.code} className="lot-failed">
                {reason.messages[languageOf(i18n.language)]}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function Decide({ of, tenderId }: { of: Finding[]; tenderId: number }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const go = useGo();
  const cache = useQueryClient();
  const decide = $api.useMutation("post", "/api/v1/tenders/{tender_id}/prequalify", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      go(`/tenders/${tenderId}/bids`);
    },
  });
  const ask = () =>
    modal.confirm({
      title: t("ui.confirm", { action: t("action.prequalify") }),
      content: t("notice.decide_follows", { count: of.length, ineligible: failingOf(of).length }),
      okText: t("notice.decide"),
      cancelText: t("ui.cancel"),
      onOk: () => decide.mutate({ params: { path: { tender_id: tenderId } } }),
    });
  return (
    <>
      <RefusalAlert error={decide.error} />
      <Button type="primary" loading={decide.isPending} onClick={ask}>
        {t("notice.decide")}
      </Button>
    </>
  );
}
