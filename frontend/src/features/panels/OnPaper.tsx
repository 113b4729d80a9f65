import { useQueryClient } from "@tanstack/react-query";
import { Button, InputNumber, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { Field } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Panel = components["schemas"]["PanelRead"];
type Sheet = components["schemas"]["PaperSheetCreate"];
type Props = { panel: Panel; rows: readonly components["schemas"]["SheetRow"][] };

/** A sheet filled in on paper is keyed by one person and keyed again by another; the two must agree. */
export function OnPaper({ panel, rows }: Props) {
  const { t } = useTranslation();
  const [keying, setKeying] = useState<"enter" | "confirm" | null>(null);
  const toConfirm = rows.filter((row) => row.actions.includes("confirm"));
  return (
    <div className="actions">
      <Button onClick={() => setKeying("enter")}>{t("rooms.panels.action.enter")}</Button>{" "}
      {toConfirm.length > 0 && (
        <Button onClick={() => setKeying("confirm")}>{t("panels.confirm_count", { count: toConfirm.length })}</Button>
      )}
      <Modal
        open={keying !== null}
        title={keying && t(`rooms.panels.action.${keying}`)}
        footer={null}
        onCancel={() => setKeying(null)}
        destroyOnHidden
      >
        {keying && (
          <>
            <p className="soft">{t(`panels.paper.${keying}`)}</p>
            <Keyed panel={panel} as={keying} />
          </>
        )}
      </Modal>
    </div>
  );
}

function Keyed({ panel, as }: { panel: Panel; as: "enter" | "confirm" }) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const path = { tender_id: panel.tender_id };
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path } });
  const bids = $api.useQuery("get", "/api/v1/tenders/{tender_id}/bids", { params: { path } });
  const done = { onSuccess: () => void cache.invalidateQueries() };
  const enter = $api.useMutation("post", "/api/v1/panels/{tender_id}/sheets", done);
  const confirm = $api.useMutation("post", "/api/v1/panels/{tender_id}/sheets/confirm", done);
  const sending = as === "enter" ? enter : confirm;
  const eligible = bids.data?.items.filter(({ status }) => status === "eligible") ?? [];
  return (
    <FormSheet<Sheet>
      send={(body) => sending.mutateAsync({ params: { path }, body })}
      sending={sending.isPending}
      error={sending.error}
      submit={t(`rooms.panels.action.${as}`)}
      room="panels"
    >
      <Field name="judge" required>
        <Select
          options={panel.members
            .filter(({ has_account }) => !has_account)
            .map(({ ref, name }) => ({ value: ref, label: `${ref} ${name}` }))}
        />
      </Field>
      <Field name="bid_id" label={t("panels.bid")} required>
        <Select
          showSearch={{ optionFilterProp: "label" }}
          options={eligible.map(({ id, ref, title }) => ({ value: id, label: [ref, title].filter(Boolean).join(" ") }))}
        />
      </Field>
      {tender.data?.criteria
        .filter(({ is_price }) => !is_price)
        .map((criterion) => (
          <Field
            key={criterion.code}
            name={["marks", criterion.code]}
            label={`${criterion.code} ${chosen(criterion, "label", i18n.language)} / ${Number(criterion.maximum)}`}
            required
          >
            <InputNumber<string> stringMode inputMode="decimal" min="0" max={criterion.maximum} />
          </Field>
        ))}
      <Field name="written_total">
        <InputNumber<string> stringMode inputMode="decimal" min="0" />
      </Field>
    </FormSheet>
  );
}
