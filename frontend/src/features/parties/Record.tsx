import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useArea } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { AreaName } from "../../ui/AreaName";
import { moneyText, numberText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Path, useWay } from "../../ui/Path";
import { Fetched } from "../../ui/Pending";

type PartyPath = components["schemas"]["PartyPathRead"];

/** Every need and project that the organisation was chosen for, and how each went. */
export function Record({ party_id }: { party_id: number }) {
  const { t } = useTranslation();
  const path = $api.useQuery("get", "/api/v1/parties/{party_id}/path", { params: { path: { party_id } } });
  return (
    <section aria-labelledby="record">
      <h2 id="record">{t("rooms.paths.record.title")}</h2>
      <Fetched query={path}>
        {(it) => (it.records.length > 0 ? <Shown of={it} /> : <p className="soft">{t("rooms.paths.record.empty")}</p>)}
      </Fetched>
    </section>
  );
}

function Shown({ of }: { of: PartyPath }) {
  const { t, i18n } = useTranslation();
  const way = useWay();
  const figures = {
    needs: numberText(of.needs, i18n.language),
    contracts: numberText(of.contracts, i18n.language),
    amount: moneyText(of.amount, i18n.language),
    accepted: numberText(of.accepted, i18n.language),
  };
  return (
    <>
      <dl className="record-figures">
        {Object.entries(figures).map(([name, figure]) => (
          <div key={name}>
            <dt className="soft">{t(`rooms.paths.record.${name}`)}</dt>
            <dd className="figures">{figure}</dd>
          </div>
        ))}
      </dl>
      {of.records.map((each, number) => (
        <article key={each.contract.contract_id ?? `${each.need_id} ${number}`} className="panel record">
          <h3>{each.need_id ? <Link to={`/needs/${each.need_id}`}>{each.title}</Link> : each.title}</h3>
          <p className="soft">
            {each.community_code && <Where code={each.community_code} />}{" "}
            {!each.need_id && t("rooms.paths.record.open_call")}
          </p>
          <Path steps={way(each)} next={each.next} />
        </article>
      ))}
    </>
  );
}

const Where = ({ code }: { code: string }) => <AreaName path={useArea(code)} code={code} />;
