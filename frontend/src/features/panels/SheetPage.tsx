import { App, Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useSession } from "../../api/session";
import type { components } from "../../api/schema.gen";
import { ApplicationShown } from "../../ui/ApplicationShown";
import { Attachments } from "../../ui/Attachments";
import { DraftNotice } from "../../ui/form/DraftNotice";
import { useGo, useNumber } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { Signatures } from "../../ui/Seals";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { StatusTag } from "../../ui/StatusTag";
import { AskReopening } from "./AskReopening";
import { Marks } from "./Marks";
import { useSheet } from "./useSheet";
import "./panels.css";

type Bid = components["schemas"]["ScoringBidRead"];

/** One bid and the judge's own sheet beside it: read, mark, deliver. */
export default function SheetPage() {
  const tender_id = useNumber("tender_id");
  const bid_id = useNumber("bid_id");
  const bid = $api.useQuery("get", "/api/v1/panels/{tender_id}/bids/{bid_id}", {
    params: { path: { tender_id, bid_id } },
  });
  return (
    <Fetched query={bid}>{(found) => <Shown key={found.sheet?.status} tenderId={tender_id} bid={found} />}</Fetched>
  );
}

type Props = { tenderId: number; bid: Bid };

function Shown({ tenderId, bid }: Props) {
  const { t } = useTranslation();
  const judge = useSession().data?.display_name ?? "";
  return (
    <Page
      title={bid.title}
      subtitle={
        <>
          {[bid.lot, bid.ref, bid.applicant].join(" · ")} · <Money of={bid.amount} />{" "}
          <StatusTag status={bid.status} room="panels" />
        </>
      }
      crumbs={[{ label: t("panels.title"), to: `/panels/${tenderId}` }]}
    >
      <div className="scoring">
        <div className="scoring-read">
          <HandedIn tenderId={tenderId} bid={bid} />
          <Attachments holder="bid" id={bid.bid_id} />
        </div>
        <OwnSheet tenderId={tenderId} bid={bid} />
      </div>
      <Signatures of={[judge]} />
    </Page>
  );
}

function HandedIn({ tenderId, bid }: Props) {
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path: { tender_id: tenderId } } });
  return <Fetched query={tender}>{(found) => <ApplicationShown of={bid} form={found.application_form} />}</Fetched>;
}

function OwnSheet({ tenderId, bid }: Props) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const cache = useQueryClient();
  const go = useGo();
  const sheet = useSheet(tenderId, bid);
  const deliver = $api.useMutation("post", "/api/v1/panels/{tender_id}/bids/{bid_id}/deliver", {
    onSuccess: async () => {
      message.success(t("panels.delivered"));
      await cache.invalidateQueries();
      go(`/panels/${tenderId}`);
    },
  });
  const path = { tender_id: tenderId, bid_id: bid.bid_id };
  const ask = (): void => {
    modal.confirm({
      title: t("panels.deliver_title", { total: sheet.total }),
      content: t("panels.deliver_what"),
      okText: t("rooms.panels.action.deliver"),
      cancelText: t("ui.cancel"),
      onOk: async () => {
        if (await sheet.saveNow()) deliver.mutate({ params: { path } });
      },
    });
  };
  const mayMark = bid.actions.includes("save");
  return (
    <section aria-labelledby="marks" className="panel scoring-marks">
      <h2 id="marks">{t("rooms.panels.field.marks")}</h2>
      {sheet.state === "stale" && <DraftNotice isStale onMine={sheet.insist} onSaved={sheet.giveUp} />}
      <Marks criteria={bid.criteria} marks={sheet.marks} onChange={mayMark ? sheet.change : undefined} />
      <p className="scoring-total">
        {t("rooms.panels.field.total")} <strong className="figures">{sheet.total}</strong>
        <span className="soft" role="status">
          {mayMark && t(`ui.saving.${sheet.state}`)}
        </span>
      </p>
      <RefusalAlert error={sheet.error ?? deliver.error} />
      {(bid.actions.includes("deliver") || mayMark) && (
        <Button
          type="primary"
          size="large"
          disabled={sheet.missing.length > 0}
          loading={deliver.isPending}
          onClick={ask}
        >
          {t("rooms.panels.action.deliver")}
        </Button>
      )}
      {mayMark && sheet.missing.length > 0 && (
        <p className="soft">{t("panels.still_missing", { count: sheet.missing.length })}</p>
      )}
      {bid.actions.includes("reopen") && <AskReopening tenderId={tenderId} bidId={bid.bid_id} />}
    </section>
  );
}
