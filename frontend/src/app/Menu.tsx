import { Link, useRouterState } from "@tanstack/react-router";
import { Menu as AntMenu } from "antd";
import { useTranslation } from "react-i18next";
import { type PageEntry, pages } from "./pages";
import type { Role } from "../api/session";

const GROUPS = ["work", "season", "reference"] as const;

const isIn = (page: PageEntry, group: string, role: Role): boolean =>
  page.menu === group && (page.roles === undefined || page.roles.includes(role));

/** The page whose menu entry is lit: the longest one the address begins with. */
export function lit(address: string): string | undefined {
  return pages
    .filter(({ menu, path }) => menu && (address === path || address.startsWith(`${path}/`)))
    .reduce<PageEntry | undefined>(
      (best, page) => (page.path.length > (best?.path.length ?? 0) ? page : best),
      undefined,
    )?.path;
}

export function Menu({ role, onChosen }: { role: Role; onChosen?: () => void }) {
  const { t } = useTranslation();
  const address = useRouterState({ select: (state) => state.location.pathname });
  const chosen = lit(address);
  const items = GROUPS.map((group) => ({
    type: "group" as const,
    key: group,
    label: t(`nav.group.${group}`),
    children: pages
      .filter((page) => isIn(page, group, role))
      .map(({ path, key, icon: Icon }) => ({
        key: path,
        icon: Icon && <Icon />,
        label: <Link to={path}>{t(`nav.${key}`)}</Link>,
      })),
  })).filter(({ children }) => children.length > 0);
  return (
    <nav aria-label={t("nav.menu")}>
      <AntMenu mode="inline" items={items} selectedKeys={chosen ? [chosen] : []} onClick={() => onChosen?.()} />
    </nav>
  );
}
