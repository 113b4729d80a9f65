import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Space, Upload } from "antd";
import { useTranslation } from "react-i18next";
import { upload } from "../../api/client";
import { fileAt } from "../../api/paths";
import type { components } from "../../api/schema.gen";
import { RefusalAlert } from "../../ui/RefusalAlert";

/** A whole list of organisations, taken or refused as one; what is wrong stands by row. */
export function ImportRoster() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const bring = useMutation({
    mutationFn: (file: File) => upload<components["schemas"]["Imported"]>("/api/v1/parties/import", file),
    onSuccess: ({ count }) => {
      message.success(t("parties.imported", { count }));
      void cache.invalidateQueries();
    },
  });
  return (
    <>
      <Space wrap>
        <Upload
          accept=".xlsx,.csv"
          showUploadList={false}
          beforeUpload={(file) => {
            bring.mutate(file);
            return false;
          }}
        >
          <Button icon={<UploadOutlined aria-hidden />} loading={bring.isPending}>
            {t("rooms.parties.action.import_organizations")}
          </Button>
        </Upload>
        <Button icon={<DownloadOutlined aria-hidden />} href={fileAt("/api/v1/parties/template", {}, {})} download>
          {t("parties.template")}
        </Button>
      </Space>
      <RefusalAlert error={bring.error} />
    </>
  );
}
