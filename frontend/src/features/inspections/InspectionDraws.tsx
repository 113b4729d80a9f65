import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { DrawNow, DrawnYears } from "../../ui/Draws";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";

/** Which organisations were drawn to be inspected, year by year; public, and drawn by each bureau itself. */
export default function InspectionDraws() {
  const { t } = useTranslation();
  const found = $api.useQuery("get", "/api/v1/inspections/draws");
  return (
    <Page
      title={t("nav.inspections")}
      subtitle={
        <>
          {t("inspections.subtitle")} <Link to="/spot-checks">{t("nav.spot_checks")}</Link>
        </>
      }
    >
      <Fetched query={found}>
        {(it) => (
          <>
            {it.actions.includes("draw_inspections") && <Draw candidates={it.candidates} />}
            <DrawnYears of={it.items} words="inspections" to={(id) => `/inspections/${id}`} />
          </>
        )}
      </Fetched>
    </Page>
  );
}

function Draw({ candidates }: { candidates: number }) {
  const { t } = useTranslation();
  const draw = $api.useMutation("post", "/api/v1/inspections/draws");
  return (
    <DrawNow
      name={t("rooms.inspections.action.draw_inspections")}
      due={t("inspections.due", { count: candidates })}
      warning={t("rooms.inspections.confirm.draw_inspections")}
      draw={() => draw.mutateAsync({})}
      busy={draw.isPending}
      error={draw.error}
    />
  );
}
