import { Breadcrumb } from "antd";
import { createContext, type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Address } from "./address";
import { Link } from "./Link";

type Crumb = { label: string; to?: Address };
type Props = {
  title: string;
  subtitle?: ReactNode;
  /** The one thing most people come here to do; an ActionBar or a button. */
  action?: ReactNode;
  crumbs?: readonly Crumb[];
  children?: ReactNode;
};

/** Whether what is shown stands below the title of a page. */
export const InPage = createContext(false);

/** The frame of every page: where am I, what is this, what can I do. */
export function Page({ title, subtitle, action, crumbs = [], children }: Props) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("ui.product")}`;
  }, [title, t]);
  const trail = crumbs.map(({ label, to }) => ({ key: label, title: to ? <Link to={to}>{label}</Link> : label }));
  return (
    <div className="page">
      {trail.length > 0 && <Breadcrumb items={[...trail, { title }]} aria-label={t("ui.crumbs")} />}
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {subtitle && <p className="soft page-subtitle">{subtitle}</p>}
        </div>
        {action && <div className="page-action">{action}</div>}
      </header>
      <InPage value={true}>{children}</InPage>
    </div>
  );
}
