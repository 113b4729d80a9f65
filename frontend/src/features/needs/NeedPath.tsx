import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useArea, useTerms } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { percentText, numberText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Path, type Step, useWay } from "../../ui/Path";
import { Fetched } from "../../ui/Pending";

type NeedPathRead = components["schemas"]["NeedPathRead"];

/** What became of a need: from residents' answers to residents' acceptance. */
export function NeedPath({ need_id }: { need_id: number }) {
  const { t } = useTranslation();
  const path = $api.useQuery("get", "/api/v1/needs/{need_id}/path", { params: { path: { need_id } } });
  return (
    <section aria-labelledby="path" className="panel path-panel">
      <h2 id="path">{t("rooms.paths.title")}</h2>
      <Fetched query={path}>{(it) => <Shown of={it} />}</Fetched>
    </section>
  );
}

function Shown({ of }: { of: NeedPathRead }) {
  const way = useWay();
  const steps: Step[] = [
    { name: "evidence", stage: of.evidence, says: <Evidence of={of.evidence} /> },
    { name: "publication", stage: of.publication, says: <Publication of={of.publication} /> },
    ...way(of),
  ];
  return <Path steps={steps} next={of.next} />;
}

function Evidence({ of }: { of: NeedPathRead["evidence"] }) {
  const { t } = useTranslation();
  const plain = of.note || of.no_evidence_reason || (of.is_taken_over ? t("rooms.paths.says.taken_over") : "");
  if (!of.category_code) return <>{plain}</>;
  return (
    <>
      {of.n ? <Asked of={of} /> : of.note || t("rooms.paths.says.withheld")}{" "}
      {of.survey_id && <Link to={`/surveys/${of.survey_id}/figures`}>{t("rooms.paths.says.figures")}</Link>}
    </>
  );
}

/** The share as a sentence, never without its interval and its n. */
function Asked({ of }: { of: NeedPathRead["evidence"] }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const percent = (share: string | null) => percentText(Number(share), i18n.language);
  const said = t("rooms.paths.says.survey", {
    n: numberText(of.n ?? 0, i18n.language),
    share: percent(of.share),
    low: percent(of.low),
    high: percent(of.high),
    category: term(of.category_code),
  });
  return (
    <>
      {of.community_code ? <Community code={of.community_code} /> : t("rooms.paths.says.everywhere")}
      {t("rooms.paths.says.colon")}
      {said}
    </>
  );
}

const Community = ({ code }: { code: string }) => <span>{useArea(code).at(-1)}</span>;

function Publication({ of }: { of: NeedPathRead["publication"] }) {
  const { t } = useTranslation();
  if (of.why)
    return <span className="path-why">{[t(`rooms.paths.why.${of.why}`), of.reason].filter(Boolean).join("：")}</span>;
  return of.state === "done" && <>{t("rooms.paths.says.published")}</>;
}
