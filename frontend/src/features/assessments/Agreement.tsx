import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Fetched } from "../../ui/Pending";

type Assessment = components["schemas"]["AssessmentRead"];
type Group = components["schemas"]["GroupAgreement"];

/** How far the assessors agree, beside the result and never inside it; and to an assessor the own mirror. */
export function Agreement({ of }: { of: Assessment }) {
  const { t } = useTranslation();
  const params = { path: { assessment_id: of.id } };
  const found = $api.useQuery("get", "/api/v1/assessments/{assessment_id}/agreement", { params });
  return (
    <section className="assessment-part" aria-labelledby="agreement">
      <h2 id="agreement">{t("assessments.agreement")}</h2>
      <p className="soft">{t("assessments.agreement_what")}</p>
      <Fetched query={found}>
        {({ groups }) => (
          <>
            {groups.map((each) => (
              <One key={each.group} of={of} group={each} />
            ))}
          </>
        )}
      </Fetched>
    </section>
  );
}

function One({ of, group }: { of: Assessment; group: Group }) {
  const { t, i18n } = useTranslation();
  const called = of.terms.groups.find(({ code }) => code === group.group);
  const { reliability: told, mirror } = group;
  const items = [
    ...(told
      ? (["single", "consistent", "mean"] as const).map((key) => ({
          key,
          label: t(`assessments.icc.${key}`),
          children: <span className="figures">{told[key]}</span>,
        }))
      : []),
    ...(mirror
      ? (["severity", "spread", "scatter"] as const).map((key) => ({
          key,
          label: t(`assessments.mirror.${key}`),
          children: <span className="figures">{mirror[key] ?? "–"}</span>,
        }))
      : []),
  ];
  return (
    <div className="panel">
      <h3>{called?.[i18n.language.startsWith("zh") ? "zh" : "en"]}</h3>
      {items.length > 0 ? (
        <Descriptions bordered column={{ xs: 1, md: 3 }} items={items} />
      ) : (
        <p className="soft">{t("assessments.too_few")}</p>
      )}
      {mirror && <p className="soft">{t("assessments.mirror_only_you")}</p>}
    </div>
  );
}
