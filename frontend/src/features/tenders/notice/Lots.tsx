import { Form, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import { CountField, Field, LineField } from "../../../ui/form/Field";
import { MoneyInput } from "../../../ui/form/inputs";
import { Rows } from "../../../ui/form/Rows";
import { NeedItems, NeedsSelect } from "./NeedsSelect";

type Lot = components["schemas"]["LotInput"];

/** What is put to tender: each lot with its awards, its money and the needs it answers. */
export function Lots({ area }: { area: string }) {
  const { t } = useTranslation();
  const lots = Form.useWatch<Lot[] | undefined>("lots") ?? [];
  return (
    <fieldset className="form-part">
      <legend>{t("notice.part.lots")}</legend>
      <Rows
        name="lots"
        add={t("notice.add_lot")}
        fresh={{ code: `L${lots.length + 1}`, kind: "service", places: 1, need_ids: [], items: [] }}
      >
        {(at) => <Row at={at} area={area} />}
      </Rows>
    </fieldset>
  );
}

function Row({ at, area }: { at: number; area: string }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const [each, setEach] = useState(() => ((form.getFieldValue(["lots", at, "items"]) as unknown[]) ?? []).length > 0);
  return (
    <div className="lot-row">
      <LineField name={[at, "code"]} required limit={40} className="lot-code" />
      <LineField name={[at, "title_zh"]} required limit={200} className="lot-title" />
      <LineField name={[at, "title_en"]} limit={400} className="lot-title" />
      <Field name={[at, "kind"]} hidden>
        <input />
      </Field>
      <CountField name={[at, "places"]} required min={1} max={1000} />
      <Field name={[at, "budget"]} required>
        <MoneyInput />
      </Field>
      <Field name={[at, "ceiling"]} required>
        <MoneyInput />
      </Field>
      <div className="lot-needs">
        <Segmented
          aria-label={t("notice.answers")}
          value={each ? "each" : "whole"}
          onChange={(way) => setEach(way === "each")}
          options={["whole", "each"].map((way) => ({ value: way, label: t(`notice.way.${way}`) }))}
        />
        {each ? (
          <Field name={[at, "items"]} extra={t("notice.hint.items")}>
            <NeedItems area={area} />
          </Field>
        ) : (
          <Field name={[at, "need_ids"]} extra={t("notice.hint.need_ids")}>
            <NeedsSelect area={area} />
          </Field>
        )}
      </div>
    </div>
  );
}
