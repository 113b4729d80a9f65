import { Button, Popconfirm, Space } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useSession } from "../../api/session";
import type { components } from "../../api/schema.gen";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { MandateSelect } from "./Mandates";
import { Person } from "./Person";
import { useDone } from "./useDone";

type Colleague = components["schemas"]["ColleagueRead"];

/** Who acts for the organisation, and what each may do in its name. */
export function People({ people }: { people: readonly Colleague[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="people">
      <h2 id="people">{t("accounts.people")}</h2>
      <p className="soft">{t("accounts.people_hint")}</p>
      <ul className="account-list">
        {people.map((each) => (
          <OneColleague key={each.membership_id} of={each} />
        ))}
      </ul>
    </section>
  );
}

function OneColleague({ of }: { of: Colleague }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const end = $api.useMutation("post", "/api/v1/accounts/memberships/{membership_id}/end", {
    onSuccess: useDone(t("accounts.left")),
  });
  const name = of.display_name;
  const own = of.username === session?.username ? t("accounts.own_name") : "";
  return (
    <li>
      <Person name={name + own} username={of.username} more={t(`accounts.mandate_hint.${of.mandate}`)} />
      <Space wrap>
        <RefusalAlert error={end.error} />
        {of.actions.includes("change_mandate") ? (
          <MandateSelect membership_id={of.membership_id} name={name} value={of.mandate} />
        ) : (
          <span>{t(`mandate.${of.mandate}`)}</span>
        )}
        {of.actions.includes("end_membership") && (
          <Popconfirm
            title={t("accounts.leave_sure", { name })}
            okText={t("accounts.leave")}
            cancelText={t("ui.cancel")}
            onConfirm={() => end.mutate({ params: { path: { membership_id: of.membership_id } } })}
          >
            <Button danger loading={end.isPending}>
              {t("accounts.leave")}
            </Button>
          </Popconfirm>
        )}
      </Space>
    </li>
  );
}
