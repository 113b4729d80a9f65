import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { following } from "../../api/changes";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import { Deadline } from "../../ui/Deadline";
import { Empty } from "../../ui/Empty";
import { Link, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { Signatures } from "../../ui/Seals";
import { Appoint } from "./Appoint";
import { Declare } from "./Declare";
import { Members } from "./Members";
import { Reopenings } from "./Reopenings";
import { EVERY, Sheets, comingIn } from "./Sheets";
import { ToScore } from "./ToScore";
import "./panels.css";

type Tender = components["schemas"]["TenderRead"];

/** The panel of a tender: a judge declares and scores here, the purchaser sees how far the scoring is. */
export default function PanelPage() {
  const tender_id = useNumber("tender_id");
  const params = { params: { path: { tender_id } } };
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", params);
  return <Fetched query={tender}>{(found) => <Shown tender={found} />}</Fetched>;
}

function Shown({ tender }: { tender: Tender }) {
  const { t, i18n } = useTranslation();
  const path = { tender_id: tender.id };
  const panel = $api.useQuery("get", "/api/v1/panels/{tender_id}", { params: { path } }, following(comingIn, EVERY));
  const title = chosen(tender, "title", i18n.language);
  return (
    <Page
      title={t("panels.title")}
      subtitle={title}
      crumbs={[
        { label: t("nav.tenders"), to: "/tenders" },
        { label: title, to: `/tenders/${tender.id}` },
      ]}
      action={
        panel.data && (
          <ActionBar
            of={{ id: tender.id, actions: panel.data.actions.filter((verb) => verb === "close") }}
            feature="panels"
            words="rooms.panels"
          />
        )
      }
    >
      {tender.evaluation_end && <Deadline at={tender.evaluation_end} label={t("tenders.date.evaluation_end")} />}
      <Fetched query={panel}>
        {(found) => (found.actions.includes("appoint") ? <Appoint tender={tender} /> : <Seated panel={found} />)}
      </Fetched>
    </Page>
  );
}

function Seated({ panel }: { panel: components["schemas"]["PanelRead"] }) {
  const { t } = useTranslation();
  if (!panel.appointed_at) return <Empty title={t("panels.none")} hint={t("panels.none_hint")} />;
  const me = panel.members.find((member) => member.is_me);
  if (me) {
    if (!me.declared_at) return <Declare tenderId={panel.tender_id} seat={me} />;
    return (
      <>
        <ToScore tenderId={panel.tender_id} />
        <Reopenings tenderId={panel.tender_id} />
      </>
    );
  }
  return (
    <>
      <p className="soft">{t(panel.closed_at ? "panels.closed" : "panels.open")}</p>
      <Members panel={panel} />
      <Sheets panel={panel} />
      <Reopenings tenderId={panel.tender_id} />
      <Signatures of={panel.members.map(({ ref, name }) => (ref === name ? ref : `${ref} ${name}`))} />
      {panel.closed_at && (
        <Link to={`/tenders/${panel.tender_id}/result`}>
          <Button type="primary">{t("panels.to_result")}</Button>
        </Link>
      )}
    </>
  );
}
