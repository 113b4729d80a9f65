import {
  FileExcelOutlined,
  FileImageOutlined,
  FilePdfOutlined,
  FileWordOutlined,
  PaperClipOutlined,
} from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress, Upload } from "antd";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../api/client";
import { fileAt } from "../api/paths";
import { Refusal, refusalOf } from "../api/refusal";
import { request, uploadTelling } from "../api/request";
import type { components } from "../api/schema.gen";
import { dayText, fileSizeText } from "./format";
import { Fetched } from "./Pending";
import { RefusalAlert } from "./RefusalAlert";
import "./attachments.css";

type Holder = components["schemas"]["Holder"];
type Files = components["schemas"]["AttachmentsRead"];
type Attached = Files["items"][number];
/** A file on its way: how much of it (0 to 1) is on the other side, or why it was refused. */
type Sending = { key: number; file: File; share: number; error?: unknown };

const ICONS = {
  pdf: FilePdfOutlined,
  docx: FileWordOutlined,
  xlsx: FileExcelOutlined,
  png: FileImageOutlined,
  jpeg: FileImageOutlined,
  webp: FileImageOutlined,
  csv: FileExcelOutlined,
};
const FILES = "/api/v1/files/{holder}/{holder_id}";
/** Beside the media types (for which a phone offers its camera), since not every browser knows those of Office. */
const ENDINGS = [".pdf", ".docx", ".xlsx", ".jpg", ".jpeg", ".png", ".webp"];

/** The files that hang on a thing, and, where the server grants it, the place to add more. Nothing without either. */
export function Attachments({ holder, id, title }: { holder: Holder; id: number; title?: string }) {
  const { t } = useTranslation();
  const heading = useId();
  const files = $api.useQuery("get", FILES, { params: { path: { holder, holder_id: id } } });
  if (files.data && files.data.items.length === 0 && files.data.actions.length === 0) return null;
  return (
    <section aria-labelledby={heading} className="attachments">
      <h2 id={heading}>{title ?? t("ui.files.title")}</h2>
      <Fetched query={files}>{(it) => <Shown of={it} holder={holder} id={id} />}</Fetched>
    </section>
  );
}

function Shown({ of, holder, id }: { of: Files; holder: Holder; id: number }) {
  const cache = useQueryClient();
  const changed = (): Promise<void> => cache.invalidateQueries({ queryKey: ["get", FILES] });
  const mayAttach = of.actions.includes("attach");
  return (
    <>
      {of.items.length > 0 && (
        <ul className="attachment-list">
          {of.items.map((each) => (
            <Line key={each.id} of={each} onRemoved={changed} />
          ))}
        </ul>
      )}
      {mayAttach && <Adding of={of} at={`/api/v1/files/${holder}/${id}`} onAttached={changed} />}
    </>
  );
}

function Line({ of, onRemoved }: { of: Attached; onRemoved: () => void }) {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const Icon = ICONS[of.kind];
  const remove = useMutation({
    mutationFn: () => request(`/api/v1/files/${of.id}`, { method: "DELETE" }),
    onSuccess: onRemoved,
  });
  const ask = (): void => {
    modal.confirm({
      title: t("ui.files.confirm", { name: of.name }),
      okText: t("ui.files.remove"),
      okButtonProps: { danger: true },
      cancelText: t("ui.cancel"),
      onOk: () => remove.mutate(),
    });
  };
  return (
    <li>
      <Icon aria-hidden className={`attachment-icon ${of.kind}`} />
      <div className="attachment-name">
        <a href={fileAt("/api/v1/files/{attachment_id}", { attachment_id: of.id }, {})} target="_blank" rel="noopener">
          {of.name}
        </a>
        <div className="soft">
          {fileSizeText(of.size, i18n.language)} · {dayText(of.attached_at, i18n.language)}
        </div>
      </div>
      {of.actions.includes("remove") && (
        <Button
          danger
          type="text"
          loading={remove.isPending}
          onClick={ask}
          aria-label={t("ui.files.remove_named", { name: of.name })}
        >
          {t("ui.files.remove")}
        </Button>
      )}
      <RefusalAlert error={remove.error} />
    </li>
  );
}

function Adding({ of, at, onAttached }: { of: Files; at: string; onAttached: () => void }) {
  const { t, i18n } = useTranslation();
  const { sending, add, retry, dismiss } = useSending(at, of.largest, onAttached);
  const left = of.most - of.items.length - sending.filter(({ error }) => !error).length;
  const most = { most: of.most, size: fileSizeText(of.largest, i18n.language) };
  return (
    <>
      <ul className="attachment-sending" aria-live="polite">
        {sending.map((each) => (
          <Underway key={each.key} of={each} onRetry={() => retry(each)} onDismiss={() => dismiss(each.key)} />
        ))}
      </ul>
      <Upload.Dragger
        multiple
        accept={[...of.accepts, ...ENDINGS].join(",")}
        showUploadList={false}
        disabled={left <= 0}
        customRequest={({ file }) => add(file as File)}
      >
        <PaperClipOutlined aria-hidden className="attachment-clip" />
        <p className="attachment-call">{t(left > 0 ? "ui.files.add" : "ui.files.full", most)}</p>
        <p className="soft">{t("ui.files.hint", most)}</p>
      </Upload.Dragger>
    </>
  );
}

function Underway({ of, onRetry, onDismiss }: { of: Sending; onRetry: () => void; onDismiss: () => void }) {
  const { t } = useTranslation();
  const { file, share, error } = of;
  const again = refusalOf(error).status === 0 || refusalOf(error).status === 503;
  return (
    <li>
      <span className="attachment-name">{file.name}</span>
      {error ? (
        <>
          <RefusalAlert error={error} {...(again ? { onRetry } : {})} />
          <Button type="link" onClick={onDismiss}>
            {t("ui.files.dismiss")}
          </Button>
        </>
      ) : (
        <>
          <Progress percent={Math.round(100 * share)} size="small" aria-label={file.name} />
          {share >= 1 && <span className="soft">{t("ui.files.checking")}</span>}
        </>
      )}
    </li>
  );
}

/** Files are sent one after the other: a weak line carries one better than five. */
function useSending(at: string, largest: number, onAttached: () => void) {
  const [sending, setSending] = useState<Sending[]>([]);
  const line = useRef(Promise.resolve());
  const count = useRef(0);
  const dismiss = (key: number): void => setSending((all) => all.filter((each) => each.key !== key));
  const change = (key: number, news: Partial<Sending>): void =>
    setSending((all) => all.map((each) => (each.key === key ? { ...each, ...news } : each)));
  const carry = async ({ key, file }: Sending): Promise<void> => {
    try {
      if (file.size > largest) throw tooLarge(largest);
      await uploadTelling(at, file, (share) => change(key, { share }));
      dismiss(key);
      onAttached();
    } catch (error) {
      change(key, { error });
    }
  };
  const start = (each: Sending): void => {
    line.current = line.current.then(() => carry(each));
  };
  const add = (file: File): void => {
    const each = { key: count.current++, file, share: 0 };
    setSending((all) => [...all, each]);
    start(each);
  };
  const retry = (each: Sending): void => {
    change(each.key, { share: 0, error: undefined });
    start(each);
  };
  return { sending, add, retry, dismiss };
}

/** What the server would say, without sending it all first. */
const tooLarge = (largest: number): Refusal => {
  const mb = Math.floor(largest / 2 ** 20);
  const messages = {
    zh: `文件过大：不得超过 ${mb} MB。照片可先压缩，文件可导出为 PDF 后再上传。`,
    en: `The file is too large: at most ${mb} MB. Make pictures smaller, or export the file as PDF.`,
  };
  return new Refusal({ status: 413, code: "FileTooLarge", messages });
};
