import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import { DrawPage } from "../../ui/Draws";
import { dayText, listText } from "../../ui/format";
import { Link, useNumber } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { FoundForm } from "./FoundForm";

type Lot = components["schemas"]["InspectionLotRead"];
type Inspection = components["schemas"]["InspectionRead"];

/** One draw of organisations, and what the inspection of each that the lots fell on has found. */
export default function InspectionDraw() {
  const { t } = useTranslation();
  const draw_id = useNumber("draw_id");
  const found = $api.useQuery("get", "/api/v1/inspections/draws/{draw_id}", { params: { path: { draw_id } } });
  return (
    <Fetched query={found}>
      {(it) => (
        <DrawPage of={it} words="inspections" crumb={{ label: t("nav.inspections"), to: "/inspections" }}>
          {(lot) => <Drawn of={lot} />}
        </DrawPage>
      )}
    </Fetched>
  );
}

function Drawn({ of }: { of: Lot }) {
  const { i18n } = useTranslation();
  const { inspection } = of;
  return (
    <>
      <strong>
        <Link to={`/organizations/${of.party_id}`}>{chosen(of, "party", i18n.language)}</Link>
      </strong>{" "}
      {inspection && <StatusTag status={inspection.status} room="inspections" />}
      {inspection && <Found of={inspection} />}
    </>
  );
}

function Found({ of }: { of: Inspection }) {
  const { t, i18n } = useTranslation();
  const who = listText(of.inspectors, i18n.language);
  return (
    <>
      {of.value && of.recorded_at && (
        <p className="prose">
          <strong>{t(`rooms.records.value.${of.value}`)}</strong> {of.opinion}{" "}
          <span className="soft">
            {t("inspections.found_by", { who, day: dayText(of.recorded_at, i18n.language) })}
          </span>
        </p>
      )}
      <ActionBar of={of} feature="inspections" words="rooms.inspections" forms={{ record: FoundForm }} />
    </>
  );
}
