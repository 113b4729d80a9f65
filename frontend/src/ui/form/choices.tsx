/** Choices among what the house knows: services and groups of people, places, organisations. They hold codes and numbers. */
import { Select, TreeSelect } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useArea } from "../../api/reference";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { chosen } from "../chosen";

export type Held<Value> = {
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
  synonyms: string[];
  spelled: string;
};
type Choice = { value: string; label: string; words: string };
type Branch = Choice & { children: Branch[] };

const LONG = { staleTime: Number.POSITIVE_INFINITY };

/** What a term is found by: its names, other words for it, and how these are pronounced. */
function choiceOf(term: Term, field: "label_zh" | "label_en"): Choice {
  const names = [term.label_zh, term.label_en, ...term.synonyms].join("\n").toLowerCase();
  return { value: term.code, label: term[field], words: `${names}\n${term.spelled}` };
}

function branches(terms: readonly Term[], field: "label_zh" | "label_en", under: string | null = null): Branch[] {
  return terms
    .filter(({ parent_code }) => (parent_code ?? null) === under)
    .map((term) => Object.assign(choiceOf(term, field), { children: branches(terms, field, term.code) }));
}

/** Pinyin is typed with and without spaces between the words. */
const finds = (typed: string, words: string): boolean => {
  const wanted = typed.trim().toLowerCase();
  return words.includes(wanted) || words.includes(wanted.replaceAll(/[\s'’·-]+/g, ""));
};
const searched = { filterTreeNode: (typed: string, node: object) => finds(typed, (node as Branch).words) };
const sought = { filterOption: (typed: string, choice?: Choice) => finds(typed, choice?.words ?? "") };

const useField = () => (languageOf(useTranslation().i18n.language) === "en" ? "label_en" : "label_zh");

function useServices() {
  const terms = $api.useQuery("get", "/api/v1/taxonomy/categories", {}, LONG);
  return { loading: terms.isPending, treeData: branches(terms.data ?? [], useField()), treeNodeLabelProp: "label" };
}

function useGroups() {
  const field = useField();
  const terms = $api.useQuery("get", "/api/v1/taxonomy/populations", {}, LONG);
  return { loading: terms.isPending, options: terms.data?.map((term) => choiceOf(term, field)) ?? [] };
}

/** One service of the taxonomy. */
export function CategorySelect({ id, label, value, onChange }: Held<string>) {
  const { t } = useTranslation();
  return (
    <TreeSelect<string, Branch>
      {...(id !== undefined && { id })}
      {...(label !== undefined && { "aria-label": label })}
      allowClear
      showSearch={searched}
      placeholder={label ?? t("ui.form.choose")}
      popupMatchSelectWidth={false}
      {...useServices()}
      {...(value && { value })}
      onChange={(code: string | undefined) => onChange?.(code ?? null)}
    />
  );
}

/** Services of the taxonomy. */
export function CategoriesSelect({ id, value, onChange }: Held<string[]>) {
  const { t } = useTranslation();
  return (
    <TreeSelect<string[], Branch>
      {...(id !== undefined && { id })}
      multiple
      allowClear
      showSearch={searched}
      placeholder={t("ui.form.choose")}
      {...useServices()}
      value={value ?? []}
      onChange={(codes: string[]) => onChange?.(codes)}
    />
  );
}

/** One group of people. */
export function OnePopulation({ id, label, value, onChange }: Held<string>) {
  const { t } = useTranslation();
  return (
    <Select<string, Choice>
      {...(id !== undefined && { id })}
      {...(label !== undefined && { "aria-label": label })}
      allowClear
      showSearch={sought}
      placeholder={label ?? t("ui.form.choose")}
      popupMatchSelectWidth={false}
      {...useGroups()}
      {...(value && { value })}
      onChange={(code: string | undefined) => onChange?.(code ?? null)}
    />
  );
}

/** Groups of people. */
export function PopulationSelect({ id, value, onChange }: Held<string[]>) {
  const { t } = useTranslation();
  return (
    <Select<string[], Choice>
      {...(id !== undefined && { id })}
      mode="multiple"
      allowClear
      showSearch={sought}
      placeholder={t("ui.form.choose")}
      {...useGroups()}
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
