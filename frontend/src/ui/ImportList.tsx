import { DownloadOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fileAt } from "../api/paths";
import { languageOf } from "../api/refusal";
import { address, upload } from "../api/request";
import { FileButton } from "./FileButton";
import { RefusalAlert } from "./RefusalAlert";
import { usePutOff } from "./useFile";

type Props<T> = {
  /** Where the list is sent. */
  to: string;
  label: string;
  /** Where an empty one is to be had. */
  template: string;
  /** What is said of a list that was taken. */
  done: (counts: T) => string;
  /** Whether what is known already may be changed by the list. */
  updates?: boolean;
};

/** A whole list from a workbook, taken or refused as one; what is wrong stands by row. A long one is taken in the
 * background. */
export function ImportList<T>({ to, label, template, done, updates = false }: Props<T>) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const putOff = usePutOff();
  const [update, setUpdate] = useState(false);
  const bring = useMutation({
    mutationFn: (file: File) => upload<T>(address(to, update ? { update } : {}), file),
    onSuccess: (answer) => {
      if (putOff(answer)) return;
      message.success(done(answer));
      void cache.invalidateQueries();
    },
  });
  return (
    <div className="import">
      <Space wrap>
        <FileButton label={label} loading={bring.isPending} onFile={bring.mutate} />
        <Button icon={<DownloadOutlined aria-hidden />} href={template} download>
          {t("ui.import.template")}
        </Button>
        {updates && (
          <Checkbox checked={update} onChange={({ target }) => setUpdate(target.checked)}>
            {t("ui.import.update")}
          </Checkbox>
        )}
      </Space>
      <RefusalAlert error={bring.error} />
    </div>
  );
}

type Counts = { added: number; changed: number; unchanged: number };

/** The same for entries that come back as they went out, changed or not. */
export function ImportEntries({ room }: { room: "needs" | "offers" }) {
  const { t, i18n } = useTranslation();
  return (
    <ImportList<Counts>
      to={`/api/v1/${room}/import`}
      template={fileAt(`/api/v1/${room}/template`, {}, { headings: languageOf(i18n.language) })}
      label={t("ui.import.label")}
      done={(counts) => t("ui.import.done", counts)}
      updates
    />
  );
}
