import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { Field, LineField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { DayInput } from "../../ui/form/inputs";
import { Rows } from "../../ui/form/Rows";
import { daysOf } from "./days";
import { useChanged } from "./useChanged";

const FESTIVALS = ["new_year", "spring", "qingming", "labour", "dragon_boat", "mid_autumn", "national"] as const;
type Period = { first?: string; last?: string };
type Form = { source: string; workdays?: { day?: string }[] } & Partial<Record<(typeof FESTIVALS)[number], Period>>;

/** The State Council's notice, entered in its own order: each holiday from when to when, then the weekends worked. */
export function PublishYear({ year }: { year: number }) {
  const { t } = useTranslation();
  const changed = useChanged();
  const publish = $api.useMutation("post", "/api/v1/installation/calendar/{year}/publish", {
    onSuccess: () => changed(t("installation.calendar.published", { year })),
  });
  return (
    <details className="installation-publish">
      <summary>{t("installation.calendar.enter", { year })}</summary>
      <p className="soft">{t("installation.calendar.enter_hint")}</p>
      <FormSheet<Form>
        draft={`calendar ${year}`}
        requiredMark={false}
        send={(form) => publish.mutateAsync({ params: { path: { year } }, body: bodyOf(form) })}
        sending={publish.isPending}
        error={publish.error}
        submit={t("installation.calendar.publish", { year })}
      >
        {FESTIVALS.map((name) => (
          <fieldset key={name} className="installation-festival">
            <legend>{t(`installation.festival.${name}`)}</legend>
            <Field name={[name, "first"]} label={t("installation.calendar.first")}>
              <DayInput />
            </Field>
            <Field name={[name, "last"]} label={t("installation.calendar.last")}>
              <DayInput />
            </Field>
          </fieldset>
        ))}
        <h3>{t("installation.calendar.weekends")}</h3>
        <Rows name="workdays" add={t("installation.calendar.add_weekend")}>
          {(at) => (
            <Field name={[at, "day"]} label={t("installation.calendar.weekend")} required>
              <DayInput />
            </Field>
          )}
        </Rows>
        <LineField name="source" label={t("installation.calendar.document")} required limit={200} />
      </FormSheet>
    </details>
  );
}

/** A holiday of one day may be given by its first day alone; one that falls together with another by none. */
function bodyOf({ source, workdays = [], ...periods }: Form) {
  const rest = FESTIVALS.flatMap((name) => {
    const { first, last } = periods[name] ?? {};
    return first ? daysOf(first, last ?? first) : [];
  });
  return { source, rest_days: [...new Set(rest)], workdays: workdays.flatMap(({ day }) => day ?? []) };
}
