import { FileExcelOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFile } from "./useFile";

/** A list or a paper as a file: a short one is saved at once, a long one is made in the background. */
export function ExportButton({
  at,
  label,
  icon = <FileExcelOutlined aria-hidden />,
}: {
  at: string;
  label?: string;
  icon?: ReactNode;
}) {
  const { t } = useTranslation();
  const file = useFile();
  return (
    <Button icon={icon} loading={file.isPending} onClick={() => file.mutate(at)}>
      {label ?? t("ui.table.export")}
    </Button>
  );
}
