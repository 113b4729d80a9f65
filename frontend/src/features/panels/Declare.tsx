import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Input, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";

type Member = components["schemas"]["MemberRead"];
type Applicant = components["schemas"]["ApplicantRow"];
type Props = { tenderId: number; seat: Member; judge?: string; onDone?: () => void };

/** Who applied, and with whom this judge has an interest; nothing of a bid is shown before this is said. */
export function Declare({ tenderId, seat, judge, onDone }: Props) {
  const { t } = useTranslation();
  const path = { tender_id: tenderId };
  const applicants = $api.useQuery("get", "/api/v1/panels/{tender_id}/applicants", { params: { path } });
  return (
    <section aria-labelledby="declare" className="panel">
      <h2 id="declare">{t("panels.declare.title", { name: seat.name })}</h2>
      <Alert type="info" showIcon title={t("panels.declare.what")} description={t("panels.declare.why")} />
      <Fetched query={applicants}>
        {(found) => <Interests tenderId={tenderId} applicants={found} judge={judge ?? null} onDone={onDone} />}
      </Fetched>
    </section>
  );
}

type InterestsProps = {
  tenderId: number;
  applicants: readonly Applicant[];
  judge: string | null;
  onDone?: (() => void) | undefined;
};

function Interests({ tenderId, applicants, judge, onDone }: InterestsProps) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const [reasons, setReasons] = useState<ReadonlyMap<number, string>>(new Map());
  const declare = $api.useMutation("post", "/api/v1/panels/{tender_id}/declare", {
    onSuccess: () => {
      onDone?.();
      void cache.invalidateQueries();
    },
  });
  const tick = (id: number, reason: string | null): void => {
    const next = new Map(reasons);
    if (reason === null) next.delete(id);
    else next.set(id, reason);
    setReasons(next);
  };
  const interests = [...reasons].map(([party_id, reason]) => ({ party_id, reason }));
  return (
    <>
      <ul className="interests">
        {applicants.map((each) => (
          <li key={each.party_id}>
            <Checkbox
              checked={reasons.has(each.party_id)}
              onChange={(event) => tick(each.party_id, event.target.checked ? "" : null)}
            >
              {chosen(each, "name", i18n.language)}
            </Checkbox>
            {reasons.has(each.party_id) && (
              <Input
                aria-label={t("panels.declare.reason", { name: chosen(each, "name", i18n.language) })}
                placeholder={t("panels.declare.reason_hint")}
                maxLength={500}
                value={reasons.get(each.party_id) ?? ""}
                onChange={(event) => tick(each.party_id, event.target.value)}
              />
            )}
          </li>
        ))}
      </ul>
      <RefusalAlert error={declare.error} />
      <Space wrap>
        <Button
          type="primary"
          loading={declare.isPending}
          disabled={interests.some(({ reason }) => !reason.trim())}
          onClick={() => declare.mutate({ params: { path: { tender_id: tenderId } }, body: { interests, judge } })}
        >
          {interests.length === 0 ? t("panels.declare.none") : t("panels.declare.some", { count: interests.length })}
        </Button>
      </Space>
    </>
  );
}
