import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import type { components } from "../../../api/schema.gen";

type Item = components["schemas"]["ItemInput"];
type Props<Value> = { id?: string; value?: Value; onChange?: (value: Value) => void; area: string };

/** What can be put to tender of the area, by title and place: what a round has matched first, then what is published. */
function useNeeds(typed: string, area: string) {
  const q = useDeferredValue(typed);
  const wanted = { q, area: area.replace(/(?:00)+$/, ""), limit: 100 };
  const from = "/api/v1/needs";
  const matched = $api.useQuery("get", from, { params: { query: { ...wanted, status: "matched" } } });
  const published = $api.useQuery("get", from, { params: { query: { ...wanted, status: "published" } } });
  return [matched, published]
    .flatMap(({ data }) => data?.items ?? [])
    .map((need) => ({
      value: need.id,
      label: `${need.title} · ${need.area_path.at(-1) ?? need.community_code}`,
      community: need.community_code,
    }));
}

/** Needs that a lot answers as a whole, by their numbers. */
export function NeedsSelect({ id, value, onChange, area }: Props<number[]>) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const needs = useNeeds(typed, area);
  return (
    <Select<number[]>
      {...(id !== undefined && { id })}
      mode="multiple"
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t("notice.find_needs")}
      options={needs}
      value={value ?? []}
      onChange={(ids) => onChange?.(ids)}
    />
  );
}

/** Needs that are bid for one by one: each is an item of the lot, with its community. */
export function NeedItems({ id, value, onChange, area }: Props<Item[]>) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const needs = useNeeds(typed, area);
  const items = value ?? [];
  const itemsOf = (ids: readonly number[]): Item[] => {
    const codes = freeCodes(items);
    return ids.map(
      (need) =>
        items.find((item) => item.need_id === need) ?? {
          code: codes.pop() ?? "",
          need_id: need,
          community_code: needs.find((each) => each.value === need)?.community ?? null,
        },
    );
  };
  return (
    <Select<number[]>
      {...(id !== undefined && { id })}
      mode="multiple"
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t("notice.find_needs")}
      options={needs}
      value={items.flatMap((item) => item.need_id ?? [])}
      onChange={(ids) => onChange?.(itemsOf(ids))}
    />
  );
}

/** "1", "2" … that no item of the lot has, the first at the end. */
function freeCodes(items: readonly Item[]): string[] {
  const taken = new Set(items.map(({ code }) => code));
  return Array.from({ length: 400 }, (_, at) => String(400 - at)).filter((code) => !taken.has(code));
}
