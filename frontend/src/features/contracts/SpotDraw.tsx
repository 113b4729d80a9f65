import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { DrawPage } from "../../ui/Draws";
import { useNumber } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { StatusTag } from "../../ui/StatusTag";

type Lot = components["schemas"]["SpotLotRead"];

/** One draw of contracts, and how far the check of each is; whoever may begin one does so here. */
export default function SpotDraw() {
  const { t } = useTranslation();
  const draw_id = useNumber("draw_id");
  const params = { path: { draw_id } };
  const found = $api.useQuery("get", "/api/v1/evaluations/draws/{draw_id}", { params });
  const due = $api.useQuery("get", "/api/v1/evaluations/draws/{draw_id}/due", { params }).data?.items ?? [];
  return (
    <Fetched query={found}>
      {(it) => (
        <DrawPage of={it} words="contracts.spot_checks" crumb={{ label: t("nav.spot_checks"), to: "/spot-checks" }}>
          {(lot) => (
            <>
              <strong>{lot.title}</strong> {lot.status && <StatusTag status={lot.status} room="assessments" />}
              {due.some((each) => each.contract_id === lot.contract_id) && <Begin of={lot} />}
            </>
          )}
        </DrawPage>
      )}
    </Fetched>
  );
}

/** What kind of evaluation it is follows from the draw, so one click is enough. */
function Begin({ of }: { of: Lot }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const onSuccess = () => cache.invalidateQueries();
  const begin = $api.useMutation("post", "/api/v1/evaluations/contracts/{contract_id}/begin", { onSuccess });
  const word = t("contracts.spot_checks.begin");
  const params = { path: { contract_id: of.contract_id } };
  return (
    <div className="no-print">
      <Button
        type="primary"
        aria-label={`${word} ${of.title}`}
        loading={begin.isPending}
        onClick={() => begin.mutate({ params, body: { kind: "spot_check" } })}
      >
        {word}
      </Button>
      <RefusalAlert error={begin.error} />
    </div>
  );
}
