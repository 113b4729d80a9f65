import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { dayText } from "../../ui/format";
import { Link } from "../../ui/Link";

export type Sought = Pick<components["schemas"]["NeedRead"], "id" | "actions" | "advertised_at">;

/** Where nobody offers what a need asks for, organisations are told of it with one click; or since when they were. */
export function Advertise({ need }: { need: Sought }) {
  const { t, i18n } = useTranslation();
  if (need.advertised_at) {
    return (
      <>
        {t("selection.doubt.advertised", { day: dayText(need.advertised_at, i18n.language) })}{" "}
        <Link to="/needs/unmet">{t("nav.needs_unmet")}</Link>
      </>
    );
  }
  return (
    <>
      {t("selection.doubt.advertise")}
      <ActionBar of={{ id: need.id, actions: ["advertise"] }} feature="needs" />
    </>
  );
}

/** Whether there is something to say or to do about it. */
export const isSought = (need: Sought | undefined): need is Sought =>
  need !== undefined && (need.advertised_at !== null || need.actions.includes("advertise"));
