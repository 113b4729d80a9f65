import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { refusalOf } from "../../api/refusal";
import { address, upload } from "../../api/request";
import { FileButton } from "../../ui/FileButton";
import { useGo } from "../../ui/Link";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { RowErrors } from "../../ui/RowErrors";
import { PurposePanel } from "./PurposeSelect";

type Survey = components["schemas"]["SurveyRead"];
type Purpose = Survey["purpose"];

/** A questionnaire from an XLSForm workbook: whole, or, when a person says so, without what cannot be taken. */
export function ImportForm() {
  const { t } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const [file, setFile] = useState<File>();
  const [purpose, setPurpose] = useState<Purpose>("need");
  const take = useMutation({
    mutationFn: ({ sent, without }: { sent: File; without: boolean }) =>
      upload<Survey>(address("/api/v1/surveys/import", { purpose, ...(without && { leave_out: true }) }), sent),
    onSuccess: (survey) => {
      void cache.invalidateQueries();
      go(`/surveys/${survey.id}`);
    },
  });
  return (
    <div className="import">
      <PurposePanel id="import-purpose" value={purpose} onChange={setPurpose} />
      <FileButton
        label={t("rooms.surveys.action.import_survey")}
        loading={take.isPending}
        onFile={(sent) => {
          setFile(sent);
          take.mutate({ sent, without: false });
        }}
      />
      <Refused error={take.error} goOn={() => file && take.mutate({ sent: file, without: true })} />
    </div>
  );
}

/** What is wrong with a workbook; where nothing is wrong with it, what would be left out, and the way on without it. */
export function Refused({ error, goOn }: { error: unknown; goOn: () => void }) {
  const { t, i18n } = useTranslation();
  const refusal = error ? refusalOf(error) : null;
  if (refusal?.code !== "XlsformPartly") return <RefusalAlert error={error} />;
  return (
    <div className="refusal">
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={refusal.sentence(i18n.language)}
        description={<Button onClick={goOn}>{t("surveys.form.go_on")}</Button>}
      />
      <RowErrors rows={refusal.rows} isWrong={false} />
    </div>
  );
}
