import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { dayText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { StatusTag } from "../../ui/StatusTag";

type Rating = components["schemas"]["RatingSeen"];
const SCHEMES = ["local_four_level", "national_5a"] as const;

/** The grades of an organisation, each with its time; the organisation itself applies here. */
export function Ratings({ party_id }: { party_id: number }) {
  const { t } = useTranslation();
  const found = $api.useQuery("get", "/api/v1/ratings", { params: { query: { party_id, limit: 50 } } });
  return (
    <Fetched query={found}>
      {({ items, actions }) =>
        items.length + (actions ?? []).length > 0 ? (
          <section aria-labelledby="ratings">
            <h2 id="ratings">{t("parties.ratings.title")}</h2>
            <ul className="offered">
              {items.map((each) => (
                <One key={each.id} of={each} />
              ))}
            </ul>
            {(actions ?? []).includes("apply") && <Applying />}
          </section>
        ) : null
      }
    </Fetched>
  );
}

function One({ of }: { of: Rating }) {
  const { t, i18n } = useTranslation();
  const day = (on: string): string => dayText(on, i18n.language);
  return (
    <li>
      <Link to={`/ratings/${of.id}`}>{t(`rooms.ratings.scheme.${of.scheme}`)}</Link>{" "}
      <strong>{of.grade && t(`rooms.ratings.grade.${of.grade}`)}</strong>{" "}
      <StatusTag status={of.status} room="ratings" />{" "}
      {of.valid_from && of.valid_until && (
        <span className="soft">
          {day(of.valid_from)} – {day(of.valid_until)}
        </span>
      )}
    </li>
  );
}

function Applying() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const apply = $api.useMutation("post", "/api/v1/ratings", { onSuccess: () => cache.invalidateQueries() });
  return (
    <div className="actions">
      {SCHEMES.map((scheme) => (
        <Button key={scheme} loading={apply.isPending} onClick={() => apply.mutate({ body: { scheme } })}>
          {t("parties.ratings.apply", { scheme: t(`rooms.ratings.scheme.${scheme}`) })}
        </Button>
      ))}
      <RefusalAlert error={apply.error} />
    </div>
  );
}
