import { Descriptions } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useTerms } from "../../api/reference";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { AreaName } from "../../ui/AreaName";
import { chosen } from "../../ui/chosen";
import { Link, useNumber } from "../../ui/Link";
import { priceText, listText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { Introduce } from "./Introduce";
import { Ratings } from "./Ratings";
import { Record } from "./Record";
import { Register } from "./Register";
import "./parties.css";

type Party = components["schemas"]["PartyRead"];

/** Who serves: what it says of itself, what it offers, and what became of all it was chosen for. */
export default function OrganizationPage() {
  const party_id = useNumber("party_id");
  const party = $api.useQuery("get", "/api/v1/parties/{party_id}", { params: { path: { party_id } } });
  return <Fetched query={party}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Party }) {
  const { t, i18n } = useTranslation();
  const [isEdited, setEdited] = useState(false);
  return (
    <Page
      title={chosen(of, "name", i18n.language)}
      subtitle={<AreaName path={of.area_path} code={of.area_code} />}
      crumbs={[{ label: t("nav.organizations"), to: "/organizations" }]}
      action={
        !isEdited && <ActionBar of={of} feature="parties" words="rooms.parties" go={{ edit: () => setEdited(true) }} />
      }
    >
      {isEdited ? (
        <Introduce of={of} leave={() => setEdited(false)} />
      ) : (
        of.introduction && <p className="prose">{of.introduction}</p>
      )}
      <Descriptions bordered column={{ xs: 1, md: 2 }} items={useFacts(of)} />
      {of.legal_kind && <Register party_id={of.id} bars={of.bars} />}
      {of.legal_kind && <Ratings party_id={of.id} />}
      <Record party_id={of.id} />
      <Offers party_id={of.id} />
    </Page>
  );
}

/** Facts that the register knows or the organisation gives; what is blank is left out. */
function useFacts(of: Party) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const field = (name: string) => t(`rooms.parties.field.${name}`);
  const graded = of.rating_year ? t("parties.graded", { year: of.rating_year }) : "";
  const grade = [of.rating_a, of.rating_four_level && t(`rooms.parties.four_level.${of.rating_four_level}`), graded];
  const facts: Record<string, string | null | undefined> = {
    legal_kind: of.legal_kind && t(`rooms.parties.legal_kind.${of.legal_kind}`),
    rating_a: of.rating_year ? grade.filter(Boolean).join(" ") : null,
    rectification: of.in_rectification ? of.rectification : null,
    founded: of.founded,
    credit_code: of.credit_code,
    staff: of.staff?.toString(),
    certified_social_workers: of.certified_social_workers?.toString(),
    domain_codes: listText(of.domain_codes.map(term), i18n.language),
    qualifications: listText(of.qualifications, i18n.language),
    office_phone: of.office_phone,
    office_email: of.office_email,
    address: of.address,
    is_fictional: of.is_fictional ? t("parties.fictional") : null,
  };
  return Object.entries(facts)
    .filter(([, said]) => said)
    .map(([name, said]) => ({ key: name, label: field(name), children: said }));
}

function Offers({ party_id }: { party_id: number }) {
  const { t } = useTranslation();
  const offers = $api.useQuery("get", "/api/v1/offers", { params: { query: { party_id, limit: 50 } } });
  return (
    <section aria-labelledby="offers">
      <h2 id="offers">{t("parties.offers")}</h2>
      <Fetched query={offers}>
        {({ items }) =>
          items.length > 0 ? (
            <ul className="offered">
              {items.map((row) => (
                <li key={row.id}>
                  <Link to={`/offers/${row.id}`}>{row.title}</Link>{" "}
                  <span className="soft">{row.price && priceText(row)}</span>
                </li>
              ))}
            </ul>
          ) : (
            <p className="soft">{t("parties.no_offers")}</p>
          )
        }
      </Fetched>
    </section>
  );
}
