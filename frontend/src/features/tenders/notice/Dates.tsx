import { Button, Form } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { Field } from "../../../ui/form/Field";
import { MomentInput } from "../../../ui/form/inputs";
import { dayText, endText } from "../../../ui/format";
import { ENDS } from "./said";

type Planned = components["schemas"]["PlannedEndRead"];
type Ends = Partial<Record<(typeof ENDS)[number], string | null>>;

/** The ends of the steps; the server says from which day on the procedure allows each. */
export function Dates() {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const said = Form.useWatch((all: Ends & { profile?: string }) => all, form);
  const plan = useTimetable(said?.profile, said ?? {});
  return (
    <fieldset className="form-part">
      <legend>{t("notice.part.dates")}</legend>
      <p className="soft">{t("notice.hint.dates")}</p>
      <Button
        disabled={!plan.data}
        onClick={() => {
          for (const end of plan.shortest ?? []) form.setFieldValue(end.name, end.at);
        }}
      >
        {t("notice.shortest")}
      </Button>
      <div className="notice-dates">
        {ENDS.map((name) => (
          <Field
            key={name}
            name={name}
            label={t(`tenders.date.${name}`)}
            extra={<Limits of={plan.data?.find((end) => end.name === name)} at={said?.[name]} />}
          >
            <MomentInput />
          </Field>
        ))}
      </div>
    </fieldset>
  );
}

/** What the rules allow after the dates that were chosen, and the shortest timetable of all. */
function useTimetable(profile: string | undefined, said: Ends) {
  const given = Object.fromEntries(ENDS.map((name) => [name, said[name]]).filter(([, at]) => at));
  const path = { profile: profile ?? "" };
  const from = "/api/v1/profiles/{profile}/timetable";
  const enabled = Boolean(profile);
  const plan = $api.useQuery(
    "get",
    from,
    { params: { path, query: given } },
    { enabled, placeholderData: (before) => before },
  );
  const shortest = $api.useQuery("get", from, { params: { path } }, { enabled });
  return { data: plan.data, shortest: shortest.data };
}

function Limits({ of, at }: { of: Planned | undefined; at: string | null | undefined }) {
  const { t, i18n } = useTranslation();
  if (!of) return null;
  const day = (on: string): string => dayText(on, i18n.language);
  const text = at && endText(at, i18n.language);
  return (
    <>
      {text?.endsWith("24:00") && <span className="limit-said">{t("notice.until", { at: text })}</span>}
      {t("notice.earliest", { day: day(of.earliest) })}
      {of.latest && t("notice.latest", { day: day(of.latest) })}
      <details className="because">
        <summary>{t("notice.because")}</summary>
        {of.rule}
        {of.is_provisional && t("ui.deadline.provisional")}
      </details>
    </>
  );
}
