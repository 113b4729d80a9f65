import type { ReactNode } from "react";
import type { components } from "../../api/schema.gen";
import { MoneyInput } from "../../ui/form/inputs";
import { OnePopulation } from "../../ui/form/choices";
import { CountField, Field, LineField, ProseField } from "../../ui/form/Field";
import { DecimalInput, MonthInput } from "../../ui/form/inputs";

export type PartName = components["schemas"]["PartAsked"]["part"];
type At = (string | number)[];

/** What one line of each part asks, by the path of the line. */
export const LINES: Record<PartName, (at: At) => ReactNode> = {
  targets: (at) => (
    <>
      <LineField name={[...at, "indicator"]} limit={200} />
      <Field name={[...at, "number"]}>
        <DecimalInput />
      </Field>
      <LineField name={[...at, "unit"]} limit={40} />
    </>
  ),
  activities: (at) => (
    <>
      <Field name={[...at, "month"]}>
        <MonthInput />
      </Field>
      <LineField name={[...at, "activity"]} limit={200} />
      <LineField name={[...at, "place"]} limit={200} />
      <CountField name={[...at, "people"]} />
    </>
  ),
  people_served: (at) => (
    <>
      <Field name={[...at, "group_code"]}>
        <OnePopulation />
      </Field>
      <CountField name={[...at, "people"]} />
    </>
  ),
  team: (at) => (
    <>
      <LineField name={[...at, "person"]} limit={40} />
      <LineField name={[...at, "duty"]} limit={200} />
      <LineField name={[...at, "certificate"]} limit={200} />
    </>
  ),
  budget: (at) => (
    <>
      <LineField name={[...at, "heading"]} limit={40} />
      <LineField name={[...at, "detail"]} limit={200} />
      <Field name={[...at, "unit_price"]}>
        <MoneyInput />
      </Field>
      <Field name={[...at, "quantity"]}>
        <DecimalInput />
      </Field>
    </>
  ),
  cofunding: (at) => (
    <>
      <LineField name={[...at, "source"]} limit={200} />
      <Field name={[...at, "amount"]}>
        <MoneyInput />
      </Field>
    </>
  ),
  risks: (at) => (
    <>
      <LineField name={[...at, "risk"]} limit={200} />
      <ProseField name={[...at, "response"]} rows={2} limit={1000} />
    </>
  ),
};
