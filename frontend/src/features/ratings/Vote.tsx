import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { Link } from "../../ui/Link";

/** The open ballot: who voted how, who has not yet, and what it takes. */
export function Vote({ of }: { of: components["schemas"]["VoteRead"] }) {
  const { t } = useTranslation();
  const cast = new Map(of.ballots.map((each) => [each.member_id, each.choice]));
  const ayes = of.ballots.filter(({ choice }) => choice === "aye").length;
  return (
    <section className="panel rating-part" aria-labelledby="vote">
      <h2 id="vote">{t("ratings.vote")}</h2>
      <p>
        {t("ratings.present", { present: of.ballots.length, quorum: of.quorum, members: of.members.length })} ·{" "}
        {t("ratings.ayes", { ayes, needed: of.ayes_needed })}
      </p>
      {of.members.length === 0 && (
        <p>
          {t("ratings.no_members")} <Link to="/ratings">{t("ratings.members")}</Link>
        </p>
      )}
      <ul>
        {of.members.map((each) => (
          <li key={each.id}>
            {each.name}{" "}
            <strong>
              {cast.has(each.id) ? t(`rooms.ratings.ballot.${cast.get(each.id)}`) : t("ratings.not_voted")}
            </strong>
          </li>
        ))}
      </ul>
      <p className="soft">{of.source}</p>
    </section>
  );
}
