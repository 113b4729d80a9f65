import { FilePdfOutlined, FileWordOutlined } from "@ant-design/icons";
import { Button, Descriptions, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { Attachments } from "../../ui/Attachments";
import { Deadline } from "../../ui/Deadline";
import { dayText, momentText } from "../../ui/format";
import { Link, useNumber } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { Seals } from "../../ui/Seals";
import { StatusTag } from "../../ui/StatusTag";
import { chosen } from "../../ui/chosen";
import { Budget } from "./Budget";
import { EditContract } from "./EditContract";
import { Engagements } from "./Engagements";
import { EngageForm, PayForm, RefundForm, SignForm, TerminateForm } from "./forms";
import { Evaluations } from "./Evaluations";
import { Findings } from "./Findings";
import { Milestones } from "./Milestones";
import { Obstacles } from "./Obstacles";
import { Payments } from "./Payments";
import { Sessions } from "./Sessions";
import { Voices } from "./Voices";
import "./contracts.css";

type Contract = components["schemas"]["ContractRead"];
const FORMS = { sign: SignForm, pay: PayForm, refund: RefundForm, terminate: TerminateForm, engage: EngageForm };

export default function ContractPage() {
  const contract_id = useNumber("contract_id");
  const contract = $api.useQuery("get", "/api/v1/contracts/{contract_id}", { params: { path: { contract_id } } });
  return <Fetched query={contract}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Contract }) {
  const { t } = useTranslation();
  const [isEdited, setEdited] = useState(false);
  return (
    <Page
      title={of.title}
      subtitle={
        <>
          <span className="figures">{of.number}</span> <StatusTag status={of.status} room="contracts" />
        </>
      }
      crumbs={[{ label: t("nav.contracts"), to: "/contracts" }]}
      action={
        !isEdited && (
          <ActionBar
            of={of}
            feature="contracts"
            words="rooms.contracts"
            forms={FORMS}
            go={{ edit: () => setEdited(true) }}
          />
        )
      }
    >
      {isEdited ? <EditContract of={of} leave={() => setEdited(false)} /> : <Parts of={of} />}
    </Page>
  );
}

function Parts({ of }: { of: Contract }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <p className="contract-next">
        {t(`contracts.next.${of.status === "terminated" && !of.settlement ? "unsigned" : of.status}`)}
      </p>
      <Obstacles contractId={of.id} />
      <Facts of={of} />
      <section aria-labelledby="targets">
        <h2 id="targets">{t("rooms.contracts.field.targets")}</h2>
        <ul className="contract-targets">
          {of.targets.map(({ what, quantity }) => (
            <li key={what}>
              <span className="prose">{what}</span> {quantity && <strong>{quantity}</strong>}
            </li>
          ))}
        </ul>
      </section>
      <Milestones of={of} />
      <Voices of={of} />
      <Sessions of={of} />
      <Evaluations contractId={of.id} />
      <Findings contractId={of.id} />
      <Budget contractId={of.id} />
      <Payments of={of} />
      <Engagements of={of} />
      <Attachments holder="contract" id={of.id} />
      <Paper of={of} />
      <Seals of={[chosen(of, "purchaser", i18n.language), chosen(of, "contractor", i18n.language)]} />
    </>
  );
}

function Facts({ of }: { of: Contract }) {
  const { t, i18n } = useTranslation();
  const day = (at: string): string => dayText(at, i18n.language);
  return (
    <Descriptions
      bordered
      className="contract-facts"
      column={{ xs: 1, md: 2 }}
      items={[
        { key: "purchaser", label: t("rooms.contracts.field.purchaser"), children: <Side of={of} side="purchaser" /> },
        {
          key: "contractor",
          label: t("rooms.contracts.field.contractor"),
          children: <Side of={of} side="contractor" />,
        },
        { key: "amount", label: t("rooms.contracts.field.amount"), children: <Money of={of.amount} /> },
        { key: "period", label: t("field.period"), children: `${day(of.starts_on)} – ${day(of.ends_on)}` },
        { key: "place", label: t("field.area"), children: of.place_zh || "—" },
        { key: "basis", label: t("contracts.basis"), children: <Basis of={of} /> },
        of.signed_at
          ? {
              key: "signed_at",
              label: t("rooms.contracts.field.signed_at"),
              children: `${day(of.signed_at)}${of.is_late ? ` · ${t("rooms.contracts.field.is_late")}` : ""}`,
            }
          : { key: "contract_by", label: t("rooms.contracts.field.contract_by"), children: <SignedBy of={of} /> },
        ...(of.announce_by
          ? [{ key: "announce_by", label: t("rooms.contracts.field.announce_by"), children: day(of.announce_by) }]
          : []),
        ...(of.asks_willingness
          ? [
              {
                key: "asks_willingness",
                label: t("rooms.contracts.field.asks_willingness"),
                children: of.willing_at
                  ? t("contracts.wanted", { at: day(of.willing_at) })
                  : t("contracts.not_wanted_yet"),
              },
            ]
          : []),
        ...(of.terminated_reason
          ? [{ key: "terminated", label: t("rooms.contracts.field.terminated_reason"), children: of.terminated_reason }]
          : []),
      ]}
    />
  );
}

/** One of the two parties, and who has signed for it. */
function Side({ of, side }: { of: Contract; side: "purchaser" | "contractor" }) {
  const { t, i18n } = useTranslation();
  const signature = of.signatures.find((each) => each.side === side);
  return (
    <>
      {chosen(of, side, i18n.language)}
      <div className="soft">
        {signature
          ? t("contracts.signed_by", { name: signature.name, at: momentText(signature.at, i18n.language) })
          : t("contracts.unsigned")}
      </div>
    </>
  );
}

function SignedBy({ of }: { of: Contract }) {
  const { t } = useTranslation();
  return (
    <Deadline
      at={of.contract_by}
      rule={of.contract_rule || undefined}
      provisional={of.provisional.includes("contract_by")}
      {...(of.due_by_law && { label: t("rooms.contracts.field.due_by_law") })}
    />
  );
}

/** What the contract goes back to: the need it answers, the notice it was awarded in. */
function Basis({ of }: { of: Contract }) {
  const { t } = useTranslation();
  return (
    <Space wrap>
      {of.need_id && <Link to={`/needs/${of.need_id}`}>{t("nav.need")}</Link>}
      {of.tender_id && <Link to={`/tenders/${of.tender_id}/result`}>{t("nav.result")}</Link>}
      {of.pair_id && t("contracts.from_pair")}
    </Space>
  );
}

function Paper({ of }: { of: Contract }) {
  const { t } = useTranslation();
  const at = (format: "pdf" | "docx"): string =>
    fileAt("/api/v1/contracts/{contract_id}/paper", { contract_id: of.id }, { format });
  return (
    <section aria-labelledby="paper" className="no-print">
      <h2 id="paper">{t("contracts.paper")}</h2>
      <Space wrap>
        <Button href={at("pdf")} target="_blank" icon={<FilePdfOutlined aria-hidden />}>
          {t("contracts.paper_pdf")}
        </Button>
        <Button href={at("docx")} icon={<FileWordOutlined aria-hidden />}>
          {t("contracts.paper_word")}
        </Button>
      </Space>
    </section>
  );
}
