import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { DrawNow, DrawnYears } from "../../ui/Draws";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";

/** Which contracts were drawn to be checked on the spot, year by year; public, and drawn by each bureau itself. */
export default function SpotChecks() {
  const { t } = useTranslation();
  const found = $api.useQuery("get", "/api/v1/evaluations/draws");
  return (
    <Page
      title={t("nav.spot_checks")}
      subtitle={
        <>
          {t("contracts.spot_checks.subtitle")} <Link to="/inspections">{t("nav.inspections")}</Link>
        </>
      }
    >
      <Fetched query={found}>
        {(it) => (
          <>
            {it.actions.includes("draw_spot_checks") && <Draw candidates={it.candidates} />}
            <DrawnYears of={it.items} words="contracts.spot_checks" to={(id) => `/spot-checks/${id}`} />
          </>
        )}
      </Fetched>
    </Page>
  );
}

function Draw({ candidates }: { candidates: number }) {
  const { t } = useTranslation();
  const draw = $api.useMutation("post", "/api/v1/evaluations/draws");
  return (
    <DrawNow
      name={t("rooms.evaluations.action.draw_spot_checks")}
      due={t("contracts.spot_checks.due", { count: candidates })}
      warning={t("rooms.evaluations.confirm.draw_spot_checks")}
      draw={() => draw.mutateAsync({})}
      busy={draw.isPending}
      error={draw.error}
    />
  );
}
