import { Link, useRouterState } from "@tanstack/react-router";
import { Menu as AntMenu } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { type PageEntry, lit, pages, publicPages } from "./pages";
import type { Role } from "../api/session";

const GROUPS = ["work", "season", "reference"] as const;

const isIn = (page: PageEntry, group: string, role: Role): boolean =>
  page.menu === group && (page.roles === undefined || page.roles.includes(role));

const entry = ({ path, key, icon: Icon }: PageEntry, t: TFunction) => ({
  key: path,
  icon: Icon && <Icon />,
  label: <Link to={path}>{t(`nav.${key}`)}</Link>,
});

const groupsOf = (role: Role, t: TFunction) =>
  GROUPS.map((group) => ({
    type: "group" as const,
    key: group,
    label: t(`nav.group.${group}`),
    children: pages.filter((page) => isIn(page, group, role)).map((page) => entry(page, t)),
  })).filter(({ children }) => children.length > 0);

/** The menu of a role; without one, of what anybody may read. */
export function Menu({ role, onChosen }: { role: Role | undefined; onChosen?: () => void }) {
  const { t } = useTranslation();
  const address = useRouterState({ select: (state) => state.location.pathname });
  const chosen = address === "/" ? address : lit(address);
  return (
    <nav aria-label={t("nav.menu")}>
      <AntMenu
        mode="inline"
        items={role ? groupsOf(role, t) : publicPages.map((page) => entry(page, t))}
        selectedKeys={chosen ? [chosen] : []}
        onClick={() => onChosen?.()}
      />
    </nav>
  );
}
