import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar, type ActionFormProps } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import { FormSheet } from "../../ui/form/FormSheet";
import { Deadline } from "../../ui/Deadline";
import { useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { OwnLists } from "./OwnLists";
import { RoundResult } from "./RoundResult";
import "./selection.css";
import "./round.css";

type Round = components["schemas"]["RoundRead"];

export default function RoundPage() {
  const round_id = useNumber("round_id");
  const round = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}", {
    params: { path: { round_id } },
  });
  return <Fetched query={round}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Round }) {
  const { t, i18n } = useTranslation();
  return (
    <Page
      title={chosen(of, "title", i18n.language)}
      subtitle={
        <>
          <StatusTag status={of.status} room="selection" />{" "}
          <Deadline at={of.closes_at} label={t("selection.round.closes")} />
        </>
      }
      crumbs={[{ label: t("nav.rounds"), to: "/rounds" }]}
      action={<ActionBar of={of} feature="selection/rounds" words="selection" forms={{ derive: Derive }} />}
    >
      {of.proposed_at && <RoundResult round={of} />}
      <OwnLists round={of} />
      <section aria-labelledby="rule">
        <h2 id="rule">{t("selection.round.how")}</h2>
        <p className="prose">{t("selection.round.rule")}</p>
        <p className="prose">{t("selection.round.gone_rule")}</p>
        {of.needs_elsewhere > 0 && (
          <p className="prose">{t("selection.round.elsewhere", { count: of.needs_elsewhere })}</p>
        )}
        <p className="soft seed">{t("selection.round.seed", { seed: of.seed })}</p>
      </section>
    </Page>
  );
}

/** Whose lists would be filled in, before anything is. */
function Derive({ of, send, cancel, sending }: ActionFormProps<Round>) {
  const { t } = useTranslation();
  return (
    <FormSheet send={() => send(undefined)} sending={sending} cancel={cancel} submit={t("selection.action.derive")}>
      <p>{t("selection.round.derive_follows", { ...of.missing })}</p>
    </FormSheet>
  );
}
