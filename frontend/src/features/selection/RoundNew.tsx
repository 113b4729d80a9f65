import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { serverNow } from "../../api/send";
import { useSession } from "../../api/session";
import { PlaceSelect } from "../../ui/form/choices";
import { Field, LineField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { inShanghai, MomentInput, MoneyInput } from "../../ui/form/inputs";
import type { MoneyValue } from "../../ui/format";
import { useGo } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";

type Body = components["schemas"]["RoundCreate"];
type Written = Omit<Body, "micro_grant_limit"> & { micro_grant_limit: MoneyValue };

const DAY = 86_400_000;
const LIMIT: MoneyValue = { amount: "10000.00", currency: "CNY" };

/** A draft of a round: where, called what, and from when to when lists are taken. */
export default function RoundNew() {
  const { t } = useTranslation();
  const session = useSession();
  const go = useGo();
  const create = $api.useMutation("post", "/api/v1/selection/rounds", {
    onSuccess: (made) => go(`/rounds/${made.id}`),
  });
  return (
    <Page
      title={t("selection.new.title")}
      subtitle={t("selection.new.hint")}
      crumbs={[{ label: t("nav.rounds"), to: "/rounds" }]}
    >
      <Fetched query={session}>
        {(who) => (
          <FormSheet<Written>
            room="selection"
            initial={begun(who.current?.area ?? "")}
            draft="round"
            send={({ micro_grant_limit, ...body }) =>
              create.mutateAsync({ body: { ...body, micro_grant_limit: micro_grant_limit.amount } })
            }
            sending={create.isPending}
            error={create.error}
            submit={t("selection.new.save")}
          >
            <LineField name="title_zh" required limit={200} />
            <LineField name="title_en" limit={200} />
            <Field name="area_code" required>
              <PlaceSelect />
            </Field>
            <Field name="opens_at" required>
              <MomentInput />
            </Field>
            <Field name="closes_at" required>
              <MomentInput />
            </Field>
            <Field name="micro_grant_limit" required extra={t("selection.new.limit_hint")}>
              <MoneyInput />
            </Field>
          </FormSheet>
        )}
      </Fetched>
    </Page>
  );
}

/** The bureau's own area, and a week of choosing from now on, until five in the afternoon. */
function begun(area: string): Partial<Written> {
  const today = serverNow();
  const last = inShanghai(new Date(today.getTime() + 7 * DAY).toISOString()).slice(0, 10);
  return {
    area_code: area.padEnd(12, "0"),
    opens_at: `${inShanghai(today.toISOString()).slice(0, 16)}:00+08:00`,
    closes_at: `${last}T17:00:00+08:00`,
    micro_grant_limit: LIMIT,
  };
}
