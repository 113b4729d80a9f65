import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useTerms } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { ActionBar, type ActionFormProps } from "../../ui/ActionBar";
import { ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { Attachments } from "../../ui/Attachments";
import { Checklist } from "../../ui/Checklist";
import { Interval } from "../../ui/Interval";
import { useGo, useNumber } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { countText, dayText, listText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { Surveyed } from "./NeedForm";
import { NeedPath } from "./NeedPath";
import { Place } from "./Place";
import { Unmet } from "./Unmet";

type Need = components["schemas"]["NeedRead"];

export default function NeedPage() {
  const need_id = useNumber("need_id");
  const need = $api.useQuery("get", "/api/v1/needs/{need_id}", { params: { path: { need_id } } });
  return <Fetched query={need}>{(it) => <Shown of={it} />}</Fetched>;
}

const text = (value: string | null | undefined): string => value || "—";

function Shown({ of }: { of: Need }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const go = useGo();
  const day = (on: string | null): string => (on ? dayText(on, i18n.language) : "—");
  return (
    <Page
      title={of.title}
      subtitle={
        <>
          <Place code={of.community_code} /> <StatusTag status={of.status} room="needs" />
        </>
      }
      crumbs={[{ label: t("nav.needs"), to: "/needs" }]}
      action={
        <ActionBar
          of={of}
          feature="needs"
          words="needs"
          forms={{ withdraw: WithdrawForm }}
          go={{ edit: () => go(`/needs/${of.id}/edit`), rank: () => go(`/needs/${of.id}/ranking`) }}
        />
      }
    >
      {of.actions.includes("edit") && <Checklist room="needs" missing={of.missing} unsaid={of.unsaid} />}
      {of.advertised_at && <Unmet id={of.id} since={of.advertised_at} />}
      <p className="prose">{of.description}</p>
      <NeedPath need_id={of.id} />
      <Descriptions
        bordered
        column={{ xs: 1, md: 2 }}
        items={[
          { key: "category", label: t("field.category"), children: term(of.category_code) },
          {
            key: "populations",
            label: t("field.populations"),
            children: listText(of.population_codes.map(term), i18n.language) || "—",
          },
          {
            key: "beneficiaries",
            label: t("field.beneficiaries"),
            children: countText(of.beneficiaries, i18n.language),
          },
          { key: "budget", label: t("field.budget"), children: <Money of={of.budget} /> },
          { key: "starts_on", label: t("rooms.needs.field.starts_on"), children: day(of.starts_on) },
          { key: "ends_on", label: t("rooms.needs.field.ends_on"), children: day(of.ends_on) },
          { key: "requirements", label: t("field.requirements"), children: text(of.requirements), span: "filled" },
        ]}
      />
      <section aria-labelledby="evidence">
        <h2 id="evidence">{t("field.evidence")}</h2>
        <Evidence of={of} />
      </section>
      <Attachments holder="need" id={of.id} />
    </Page>
  );
}

function Evidence({ of }: { of: Need }) {
  const { t } = useTranslation();
  const { survey_result_id, share, low, high, n, note, no_evidence_reason } = of.evidence;
  if (share && low && high && n) {
    return (
      <>
        <Surveyed of={of.evidence} />
        <Interval
          share={Number(share)}
          low={Number(low)}
          high={Number(high)}
          n={n}
          label={t("rooms.needs.field.evidence.share")}
        />
        {note && <p className="prose">{note}</p>}
      </>
    );
  }
  if (survey_result_id && !note) return <p>{t("needs.evidence_withheld")}</p>;
  return <p>{note || no_evidence_reason || t(of.is_taken_over ? "needs.taken_over" : "needs.no_evidence")}</p>;
}

function WithdrawForm({ send, cancel, sending }: ActionFormProps<Need>) {
  const { t } = useTranslation();
  return (
    <FormSheet room="needs" send={send} sending={sending} cancel={cancel} submit={t("needs.action.withdraw")} danger>
      <p>{t("needs.withdraw_what")}</p>
      <ProseField name="reason" required rows={3} />
    </FormSheet>
  );
}
