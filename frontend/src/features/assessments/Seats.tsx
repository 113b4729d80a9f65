import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { StatusTag } from "../../ui/StatusTag";
import { RecuseForm, ReopenForm } from "./forms";

type Assessment = components["schemas"]["AssessmentRead"];
const OFFICE = new Set(["recuse", "reopen"]);

/** Who marks in which group, and how far each is. */
export function Seats({ of }: { of: Assessment }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language.startsWith("zh") ? "zh" : "en";
  return (
    <section className="assessment-part" aria-labelledby="seats">
      <h2 id="seats">{t("assessments.seats")}</h2>
      {of.terms.groups.map((group) => (
        <div key={group.code} className="panel">
          <h3>
            {group[language]} · <span className="figures">{Number(group.weight)}%</span>
          </h3>
          <p className="soft">{group.source}</p>
          <ul className="assessment-seats">
            {of.seats
              .filter((seat) => seat.group === group.code)
              .map((seat) => (
                <li key={seat.id}>
                  <span>
                    {seat.name} <StatusTag status={seat.status} room="assessments" of="seats" />{" "}
                    <StatusTag status={seat.sheet_status} room="assessments" of="sheets" />
                    {seat.reason && <span className="soft"> {seat.reason}</span>}
                    {seat.interest && <span className="soft"> {seat.interest}</span>}
                  </span>
                  <span className="figures">{seat.total === null ? "" : Number(seat.total)}</span>
                  <ActionBar
                    of={{ id: seat.id, actions: seat.actions.filter((verb) => OFFICE.has(verb)) }}
                    feature={`assessments/${of.id}/seats`}
                    words="rooms.assessments"
                    forms={{ recuse: RecuseForm, reopen: ReopenForm }}
                  />
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
