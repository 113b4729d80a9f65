import { useTranslation } from "react-i18next";
import { following } from "../../api/changes";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { useNumber } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { AwardSets } from "./AwardSets";
import { Inclusion } from "./Inclusion";
import "./tenders.css";

type Comparison = components["schemas"]["AwardsComparison"];
type Lot = components["schemas"]["LotComparisonRead"];
const ASK_AGAIN = 2000; // ms, while losers are being priced

/** What each way of choosing would have awarded, and what it would cost to include those who lost. */
export default function ComparisonPage() {
  const { t } = useTranslation();
  const tender_id = useNumber("tender_id");
  const compared = $api.useQuery(
    "get",
    "/api/v1/awards/results/{tender_id}/compare",
    { params: { path: { tender_id } } },
    following((of?: Comparison) => (of?.is_running ? [`comparison:${tender_id}`] : []), ASK_AGAIN),
  );
  if (compared.data) return <Shown of={compared.data} />;
  return (
    <Page title={t("tenders.compare.title")} crumbs={[{ label: t("nav.tenders"), to: "/tenders" }]}>
      <Fetched query={compared}>{() => null}</Fetched>
    </Page>
  );
}

function Shown({ of }: { of: Comparison }) {
  const { t, i18n } = useTranslation();
  const title = chosen(of, "title", i18n.language);
  return (
    <Page
      title={t("tenders.compare.title")}
      subtitle={title}
      crumbs={[
        { label: t("nav.tenders"), to: "/tenders" },
        { label: title, to: `/tenders/${of.tender_id}` },
        { label: t("nav.result"), to: `/tenders/${of.tender_id}/result` },
      ]}
    >
      <p className="prose">{t("tenders.compare.how")}</p>
      {of.lots.map((lot) => (
        <LotCompared key={lot.lot_id} of={lot} tender={of.tender_id} />
      ))}
    </Page>
  );
}

function LotCompared({ of, tender }: { of: Lot; tender: number }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="lot" aria-labelledby={`lot-${of.lot}`}>
      <header className="lot-head">
        <h2 id={`lot-${of.lot}`}>
          {of.lot} {chosen(of, "title", i18n.language)}
        </h2>
        <p className="soft">
          {t("tenders.compare.lot", { places: of.places })} <Money of={of.budget} />
        </p>
      </header>
      <AwardSets of={of} />
      <Inclusion of={of} tender={tender} />
    </section>
  );
}
