import { ExperimentOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { chosen } from "../../ui/chosen";
import { Link } from "../../ui/Link";
import { Advertise, isSought, type Sought } from "./Advertise";
import { inner, usePhrase } from "./phrase";
import type { Direction, Ranking, TryOut } from "./tryOut";

type Props = { of: Ranking; to: Direction["to"]; tryOut: TryOut; mayEdit: boolean; need?: Sought | undefined };

/** Where even the first place probably does not fit, that comes before any list: why, what is near, what would help. */
export function Doubt({ of, to, tryOut, mayEdit, need }: Props) {
  const { t } = useTranslation();
  const { fit, rows } = of;
  if (!fit.is_doubtful) return null;
  const reasons = fit.reasons
    .filter((reason) => reason !== "nobody")
    .map((code) => t(`selection.doubt.reason.${code}`));
  const first = rows[0] && { title: inner(rows[0].title), reasons: reasons.join(t("selection.doubt.semicolon")) };
  return (
    <Alert
      className="doubt"
      type="warning"
      showIcon
      title={t(`selection.doubt.${to}`)}
      description={
        <>
          <p>{first ? t("selection.doubt.first", first) : t("selection.doubt.nobody")}</p>
          <Near of={of} />
          <Helps of={of} to={to} tryOut={tryOut} mayEdit={mayEdit} need={need} />
          {first && <p>{t("selection.doubt.order")}</p>}
        </>
      }
    />
  );
}

/** The closest of those that fail a condition. */
function Near({ of }: { of: Ranking }) {
  const { t, i18n } = useTranslation();
  const phrase = usePhrase();
  const [near] = of.excluded;
  if (!near) return null;
  const party = chosen(near, "party", i18n.language);
  const why = phrase({ code: `filter_${near.filter}`, facts: near.facts });
  return (
    <p>
      {t("selection.doubt.near", { title: inner(near.title), party, why })}{" "}
      <a href="#excluded">{t("selection.doubt.all", { count: of.excluded_count })}</a>
    </p>
  );
}

function Helps({ of, to, tryOut, mayEdit, need }: Props) {
  const { t } = useTranslation();
  const relaxed = of.relax.find(({ best, is_doubtful }) => best.place === 1 && !is_doubtful);
  const wantsCodes = of.fit.helps.includes("codes");
  if (!relaxed && !wantsCodes && to === "offers" && !isSought(need)) return null;
  return (
    <>
      <p>{t("selection.doubt.helps")}</p>
      <ul>
        {wantsCodes && (
          <li>
            {mayEdit ? (
              <Link to={to === "offers" ? `/needs/${of.subject_id}/edit` : `/offers/${of.subject_id}/edit`}>
                {t("selection.doubt.codes")}
              </Link>
            ) : (
              t("selection.doubt.codes_elsewhere")
            )}
          </li>
        )}
        {relaxed && (
          <li>
            <Button icon={<ExperimentOutlined aria-hidden />} onClick={() => tryOut.skip(relaxed.filter, true)}>
              {t("selection.doubt.filter", { filter: t(`selection.filter.${relaxed.filter}`) })}
            </Button>
          </li>
        )}
        {isSought(need) && (
          <li>
            <Advertise need={need} />
          </li>
        )}
        {to === "needs" && (
          <li>
            <Link to="/needs/unmet">{t("selection.doubt.unmet")}</Link>
          </li>
        )}
      </ul>
    </>
  );
}
