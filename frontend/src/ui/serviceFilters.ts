/** What needs and offers are narrowed by alike. */
import type { ComponentProps, ComponentType } from "react";
import { useTranslation } from "react-i18next";
import type { QueryOf } from "../api/paths";
import { useSession } from "../api/session";
import type { Filter } from "./FilterBar";
import { CategorySelect, OnePopulation, type PlaceSelect } from "./form/choices";

type Shared = keyof QueryOf<"/api/v1/needs"> & keyof QueryOf<"/api/v1/offers"> & string;
type Of = {
  room: "needs" | "offers";
  place: { label: string; input: ComponentType<ComponentProps<typeof PlaceSelect>> };
  states: readonly string[];
};

export function useServiceFilters({ room, place, states }: Of): Filter<Shared>[] {
  const { t } = useTranslation();
  const party = useSession().data?.current?.party;
  const own: Filter<Shared>[] = party
    ? [{ name: "party_id", kind: "only", label: t(`${room}.list.mine`), value: String(party.id), granted: "draft" }]
    : [];
  return [
    { name: "q", kind: "search", label: t(`${room}.list.search`) },
    ...own,
    { name: "area", kind: "pick", ...place },
    { name: "category", kind: "pick", label: t("field.category"), input: CategorySelect },
    { name: "population", kind: "pick", label: t("field.populations"), input: OnePopulation },
    {
      name: "status",
      kind: "choice",
      label: t("field.status"),
      options: states.map((value) => ({ value, label: t(`rooms.${room}.status.${room}.${value}`) })),
    },
  ];
}
