import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { Deadline } from "../../ui/Deadline";
import { Link } from "../../ui/Link";
import { Money } from "../../ui/Money";

type Row = components["schemas"]["TenderRow"];

/** What can be applied for today: until when, how much, and how. */
export function Open() {
  const { t } = useTranslation();
  const phases = ["enquiries", "tendering"] as const;
  const first = $api.useQuery("get", "/api/v1/tenders", { params: { query: { phase: phases[0], limit: 5 } } });
  const then = $api.useQuery("get", "/api/v1/tenders", { params: { query: { phase: phases[1], limit: 5 } } });
  const open = [...(then.data?.items ?? []), ...(first.data?.items ?? [])];
  return (
    <section aria-labelledby="open">
      <h2 id="open">{t("portal.open")}</h2>
      <ul className="open-list">
        {open.map((row) => (
          <OpenNotice key={row.id} of={row} />
        ))}
      </ul>
      {open.length === 0 && first.isSuccess && then.isSuccess && <p className="soft">{t("portal.nothing_open")}</p>}
      <Link to="/tenders">{t("portal.all_tenders")}</Link>
    </section>
  );
}

function OpenNotice({ of }: { of: Row }) {
  const { t, i18n } = useTranslation();
  return (
    <li className="panel">
      <h3>
        <Link to={`/tenders/${of.id}`}>{chosen(of, "title", i18n.language)}</Link>
      </h3>
      <p className="soft">{chosen(of, "party", i18n.language)}</p>
      <dl>
        <dt>{t("portal.apply_by")}</dt>
        <dd>
          <Deadline at={of.bids_end} />
        </dd>
        <dt>{t("portal.how_much")}</dt>
        <dd>
          <Money of={of.budget} />
        </dd>
        <dt>{t("portal.how_to_apply")}</dt>
        <dd>{t("portal.apply")}</dd>
      </dl>
    </li>
  );
}
