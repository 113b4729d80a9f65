import { Button, Checkbox, Input, Select } from "antd";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import type { Search } from "./search";

type Pick = { label?: string; value?: string | null; onChange?: (value: string | null) => void };

export type Filter<Name extends string = string> =
  | { name: Name; kind: "search"; label: string }
  /** One of the inputs of `ui/form/choices`, which hold a code. */
  | { name: Name; kind: "pick"; label: string; input: ComponentType<Pick> }
  /** One value, or all; where `granted` is named, only for those to whom the list grants that verb. */
  | { name: Name; kind: "only"; label: string; value: string; granted?: string }
  | { name: Name; kind: "choice" | "choices"; label: string; options: readonly { value: string; label: string }[] };

type Props = { filters: readonly Filter[]; search: Search; onChange: (change: Search) => void };

export function FilterBar({ filters, search, onChange }: Props) {
  const { t } = useTranslation();
  const isSet = filters.some(({ name }) => search[name] !== undefined);
  return (
    <search className="filters">
      {filters.map((filter) => (
        <One
          key={filter.name}
          filter={filter}
          value={search[filter.name]}
          onChange={(value) => onChange({ [filter.name]: value })}
        />
      ))}
      {isSet && (
        <Button type="text" onClick={() => onChange(Object.fromEntries(filters.map(({ name }) => [name, undefined])))}>
          {t("ui.table.clear")}
        </Button>
      )}
    </search>
  );
}

type OneProps = {
  filter: Filter;
  value: string | string[] | undefined;
  onChange: (value: string | string[] | undefined) => void;
};

function One({ filter, value, onChange }: OneProps) {
  if (filter.kind === "search") {
    return (
      <Input.Search
        className="filter-search"
        allowClear
        aria-label={filter.label}
        placeholder={filter.label}
        defaultValue={typeof value === "string" ? value : ""}
        onSearch={(text) => onChange(text.trim() || undefined)}
      />
    );
  }
  if (filter.kind === "pick") {
    const { input: Pick, label } = filter;
    return (
      <div className="filter-choice">
        <Pick
          label={label}
          value={typeof value === "string" ? value : null}
          onChange={(code) => onChange(code ?? undefined)}
        />
      </div>
    );
  }
  if (filter.kind === "only") {
    return (
      <Checkbox
        checked={value === filter.value}
        onChange={({ target }) => onChange(target.checked ? filter.value : undefined)}
      >
        {filter.label}
      </Checkbox>
    );
  }
  return (
    <Select
      className="filter-choice"
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      aria-label={filter.label}
      placeholder={filter.label}
      mode={filter.kind === "choices" ? "multiple" : undefined}
      maxTagCount="responsive"
      value={value}
      options={[...filter.options]}
      onChange={(chosen: string | string[] | undefined) => onChange(chosen)}
    />
  );
}
