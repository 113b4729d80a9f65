import { useTranslation } from "react-i18next";
import { useSession } from "../../api/session";
import { Live } from "./Live";
import { Season } from "./Season";
import { Link } from "../../ui/Link";
import { SearchBox } from "../../ui/SearchBox";
import "./portal.css";

const STEPS = ["survey", "needs", "selection", "tenders", "contracts", "acceptance"] as const;

/** What this is, for somebody who has never been here. */
export default function Portal() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  return (
    <div className="page portal">
      <section className="hero">
        <h1>{t("portal.title")}</h1>
        <p className="hero-lead">{t("portal.lead")}</p>
        <SearchBox id="portal-q" />
        <p className="hero-links">
          <Link to={session?.account_id ? "/desk" : "/sign-in"} className="button">
            {t(session?.account_id ? "nav.desk" : "portal.sign_in")}
          </Link>
          <a href="/r" className="button">
            {t("portal.receipt")}
          </a>
        </p>
      </section>
      <Season />
      <Live />
      <section aria-labelledby="how">
        <h2 id="how">{t("portal.how")}</h2>
        <ol className="steps">
          {STEPS.map((step) => (
            <li key={step}>
              <h3>{t(`portal.step.${step}.name`)}</h3>
              <p>{t(`portal.step.${step}.what`)}</p>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
