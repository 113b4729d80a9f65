import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Fetched } from "../../ui/Pending";
import { dayWithWeekday } from "./days";
import { PublishYear } from "./PublishYear";
import { Section } from "./Section";

type Year = components["schemas"]["CalendarYearRead"];

/** The days of rest that deadlines are counted over, and the way to enter those of a coming year. */
export function Calendar() {
  const { t } = useTranslation();
  const years = $api.useQuery("get", "/api/v1/installation/calendar");
  return (
    <Section name="calendar" hint={t("installation.calendar.hint")}>
      <Fetched query={years}>{(it) => <Years of={it} />}</Fetched>
    </Section>
  );
}

function Years({ of }: { of: readonly Year[] }) {
  const { t } = useTranslation();
  const [chosen, choose] = useState(() => new Date().getFullYear());
  const year = of.find((each) => each.year === chosen);
  const coming = of.filter(({ actions }) => actions.includes("publish_year"));
  return (
    <>
      <p>
        <label htmlFor="calendar-year">{t("installation.calendar.year")}</label>{" "}
        <Select
          id="calendar-year"
          value={chosen}
          onChange={choose}
          className="installation-year"
          options={of.map((each) => ({
            value: each.year,
            label: t(each.is_official ? "installation.calendar.official" : "installation.calendar.computed", {
              year: each.year,
            }),
          }))}
        />
      </p>
      {year && <Days of={year} />}
      {coming.map((each) => (
        <PublishYear key={each.year} year={each.year} />
      ))}
    </>
  );
}

function Days({ of }: { of: Year }) {
  const { t, i18n } = useTranslation();
  const shown = [
    { name: "rest", days: of.rest_days },
    { name: "work", days: of.workdays },
  ];
  return (
    <dl className="installation-days">
      {shown.map(({ name, days }) => (
        <div key={name}>
          <dt>{t(`installation.calendar.${name}`, { count: days.length })}</dt>
          <dd>
            {days.length === 0 && t("installation.calendar.no_days")}
            <ul>
              {days.map((day) => (
                <li key={day}>{dayWithWeekday(day, i18n.language)}</li>
              ))}
            </ul>
          </dd>
        </div>
      ))}
      <div>
        <dt>{t("installation.calendar.source")}</dt>
        <dd>
          {of.sources
            .map((source) => (source === "holidays" ? t("installation.calendar.shipped") : source))
            .join(" · ")}
        </dd>
      </div>
    </dl>
  );
}
