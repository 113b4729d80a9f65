import { Outlet, useRouterState } from "@tanstack/react-router";
import { Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "../ui/media";
import { Menu } from "./Menu";
import { useSession } from "../api/session";
import { PublicNav, ReadingAids, TopBar } from "./TopBar";

/** Top bar for everybody; a menu of their role or, without an account, of what anybody may read. On a phone it is a
 * drawer, which also holds size of type and language. Who is there is waited for, so that nothing changes places. */
export function Shell() {
  const { t } = useTranslation();
  const { data: session, isPending } = useSession();
  const phone = usePhone();
  const [open, setOpen] = useState(false);
  const role = session?.account_id ? session.role : undefined;
  return (
    <div className="shell">
      <a className="skip" href="#page">
        {t("ui.skip")}
      </a>
      {session?.demonstration && (
        <aside className="demonstration" aria-label={t("ui.demonstration_label")}>
          {t("ui.demonstration")}
        </aside>
      )}
      <TopBar onMenu={phone ? () => setOpen(true) : undefined} />
      {!phone && !role && !isPending && <PublicNav />}
      <div className="shell-body">
        {role && !phone && (
          <aside className="side">
            <Menu role={role} />
          </aside>
        )}
        {phone && (
          <Drawer
            open={open}
            onClose={() => setOpen(false)}
            placement="left"
            size={300}
            title={t("ui.product")}
            footer={<ReadingAids />}
          >
            <Menu role={role} onChosen={() => setOpen(false)} />
          </Drawer>
        )}
        <main id="page" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Progress />
      <footer className="foot soft">{t("ui.foot")}</footer>
    </div>
  );
}

/** A thin line at the top while the next page is on its way. */
function Progress() {
  const { t } = useTranslation();
  const loading = useRouterState({ select: (state) => state.status === "pending" });
  return loading ? <div className="progress" role="progressbar" aria-label={t("ui.loading")} /> : null;
}
