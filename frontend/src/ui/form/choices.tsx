/** Choices among what the house knows: services and groups of people, places, organisations. They hold codes and numbers. */
import { Select, TreeSelect } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useArea } from "../../api/reference";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { chosen } from "../chosen";

type Held<Value> = {
  id?: string;
  /** What it is called where no label of a form stands beside it. */
  label?: string;
  value?: Value | null | undefined;
  onChange?: (value: Value | null) => void;
};
type Term = {
  code: string;
  parent_code?: string | null | undefined;
  label_zh: string;
  label_en: string;
  synonyms?: string[];
};
type Branch = { value: string; title: string; words: string; children: Branch[] };

const LONG = { staleTime: Number.POSITIVE_INFINITY };

function branches(terms: readonly Term[], field: "label_zh" | "label_en", under: string | null = null): Branch[] {
  return terms
    .filter(({ parent_code }) => (parent_code ?? null) === under)
    .map((term) => ({
      value: term.code,
      title: term[field],
      words: [term.label_zh, term.label_en, ...(term.synonyms ?? [])].join(" ").toLowerCase(),
      children: branches(terms, field, term.code),
    }));
}

const finds = (typed: string, branch: Branch | undefined): boolean =>
  branch?.words.includes(typed.toLowerCase()) ?? false;

/** One service of the taxonomy, found by its name or another word for it. */
export function CategorySelect({ id, label, value, onChange }: Held<string>) {
  const { t, i18n } = useTranslation();
  const terms = $api.useQuery("get", "/api/v1/taxonomy/categories", {}, LONG);
  const field = languageOf(i18n.language) === "en" ? "label_en" : "label_zh";
  return (
    <TreeSelect<string>
      {...(id !== undefined && { id })}
      {...(label !== undefined && { "aria-label": label })}
      allowClear
      showSearch={{ filterTreeNode: (typed, node) => finds(typed, node as unknown as Branch) }}
      placeholder={label ?? t("ui.form.choose")}
      popupMatchSelectWidth={false}
      loading={terms.isPending}
      treeData={branches(terms.data ?? [], field)}
      {...(value && { value })}
      onChange={(code: string | undefined) => onChange?.(code ?? null)}
    />
  );
}

/** Groups of people. */
export function PopulationSelect({ id, value, onChange }: Held<string[]>) {
  const { t, i18n } = useTranslation();
  const terms = $api.useQuery("get", "/api/v1/taxonomy/populations", {}, LONG);
  const field = languageOf(i18n.language) === "en" ? "label_en" : "label_zh";
  return (
    <Select<string[]>
      {...(id !== undefined && { id })}
      mode="multiple"
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("ui.form.choose")}
      loading={terms.isPending}
      options={terms.data?.map((term) => ({ value: term.code, label: term[field] })) ?? []}
      value={value ?? []}
      onChange={(codes) => onChange?.(codes)}
    />
  );
}

type PlaceProps<Value> = Held<Value> & { level?: components["schemas"]["AreaLevel"]; under?: string };

function usePlaces(typed: string, level: PlaceProps<string>["level"], under = "") {
  const q = useDeferredValue(typed);
  const query = { q, under, limit: 100, ...(level && { level }) };
  const places = $api.useQuery("get", "/api/v1/areas", { params: { query } }, LONG);
  return places.data?.map((area) => ({ value: area.code, label: area.path.slice(-2).join(" ") })) ?? [];
}

/** One district, street or community. */
export function PlaceSelect({ id, label, value, onChange, level, under }: PlaceProps<string>) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const options = usePlaces(typed, level, under);
  const held = $api.useQuery(
    "get",
    "/api/v1/areas/{code}",
    { params: { path: { code: value ?? "" } } },
    { ...LONG, enabled: Boolean(value) },
  );
  const known = value && !options.some((option) => option.value === value);
  return (
    <Select<string>
      {...(id !== undefined && { id })}
      {...(label !== undefined && { "aria-label": label })}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={label ?? t("ui.form.place")}
      options={known ? [{ value, label: held.data?.path.slice(-2).join(" ") ?? value }, ...options] : options}
      {...(value && { value })}
      onChange={(code: string | undefined) => onChange?.(code ?? null)}
    />
  );
}

/** The name of a place that was chosen before, and may be none of those that are offered now. */
function PlaceName({ code }: { code: string }) {
  return <>{useArea(code).slice(-2).join(" ")}</>;
}

const placeName = ({ value }: { value?: string | number }) => <PlaceName code={String(value)} />;

/** Several places. */
export function PlacesSelect({ id, value, onChange, level, under }: PlaceProps<string[]>) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  return (
    <Select<string[]>
      {...(id !== undefined && { id })}
      mode="multiple"
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t("ui.form.place")}
      options={usePlaces(typed, level, under)}
      labelRender={placeName}
      value={value ?? []}
      onChange={(codes) => onChange?.(codes)}
    />
  );
}

type PartyProps = Held<number> & { kind?: components["schemas"]["PartyKind"] };

/** One organisation, committee or firm, found by its name. */
export function PartySelect({ id, value, onChange, kind }: PartyProps) {
  const { t, i18n } = useTranslation();
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed);
  const found = $api.useQuery("get", "/api/v1/parties", { params: { query: { q, limit: 50, ...(kind && { kind }) } } });
  return (
    <Select<number>
      {...(id !== undefined && { id })}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t("ui.form.search")}
      loading={found.isFetching}
      options={
        found.data?.items.map((party) => ({ value: party.id, label: chosen(party, "name", i18n.language) })) ?? []
      }
      {...(value && { value })}
      onChange={(party: number | undefined) => onChange?.(party ?? null)}
    />
  );
}

const STREETS = { level: "street" } as const;

/** One street of the district, found by typing. */
export const StreetSelect = (held: Held<string>) => <PlaceSelect {...held} {...STREETS} />;

/** One group of people. */
export function OnePopulation({ id, label, value, onChange }: Held<string>) {
  const { t, i18n } = useTranslation();
  const terms = $api.useQuery("get", "/api/v1/taxonomy/populations", {}, LONG);
  const field = languageOf(i18n.language) === "en" ? "label_en" : "label_zh";
  return (
    <Select<string>
      {...(id !== undefined && { id })}
      {...(label !== undefined && { "aria-label": label })}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      placeholder={label ?? t("ui.form.choose")}
      popupMatchSelectWidth={false}
      options={terms.data?.map((term) => ({ value: term.code, label: term[field] })) ?? []}
      {...(value && { value })}
      onChange={(code: string | undefined) => onChange?.(code ?? null)}
    />
  );
}

/** Services of the taxonomy. */
export function CategoriesSelect({ id, value, onChange }: Held<string[]>) {
  const { t, i18n } = useTranslation();
  const terms = $api.useQuery("get", "/api/v1/taxonomy/categories", {}, LONG);
  const field = languageOf(i18n.language) === "en" ? "label_en" : "label_zh";
  return (
    <TreeSelect<string[]>
      {...(id !== undefined && { id })}
      multiple
      allowClear
      showSearch={{ filterTreeNode: (typed, node) => finds(typed, node as unknown as Branch) }}
      placeholder={t("ui.form.choose")}
      loading={terms.isPending}
      treeData={branches(terms.data ?? [], field)}
      value={value ?? []}
      onChange={(codes: string[]) => onChange?.(codes)}
    />
  );
}
