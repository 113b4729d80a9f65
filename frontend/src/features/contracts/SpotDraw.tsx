import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { DrawPage } from "../../ui/Draws";
import { useNumber } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";

/** One draw of contracts, and how far the check of each is. */
export default function SpotDraw() {
  const { t } = useTranslation();
  const draw_id = useNumber("draw_id");
  const found = $api.useQuery("get", "/api/v1/evaluations/draws/{draw_id}", { params: { path: { draw_id } } });
  return (
    <Fetched query={found}>
      {(it) => (
        <DrawPage of={it} words="contracts.spot_checks" crumb={{ label: t("nav.spot_checks"), to: "/spot-checks" }}>
          {(lot) => (
            <>
              <strong>{lot.title}</strong> {lot.status && <StatusTag status={lot.status} room="assessments" />}
            </>
          )}
        </DrawPage>
      )}
    </Fetched>
  );
}
