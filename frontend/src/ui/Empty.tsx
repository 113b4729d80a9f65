import { InboxOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";

/** Nothing here, and what to do about it. */
export function Empty({ title, hint, action }: { title: string; hint: string; action?: ReactNode }) {
  return (
    <div className="empty">
      <InboxOutlined className="empty-icon" aria-hidden />
      <p className="empty-title">{title}</p>
      <p className="soft">{hint}</p>
      {action}
    </div>
  );
}
