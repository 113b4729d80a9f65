import {
  DownOutlined,
  FontSizeOutlined,
  GlobalOutlined,
  MenuOutlined,
  SearchOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { Link, useNavigate, useRouterState } from "@tanstack/react-router";
import { App, Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { UnderWay } from "../features/jobs/UnderWay";
import { Bell } from "../features/notifications/Bell";
import { languageOf, refusalOf } from "../api/refusal";
import { speak } from "../i18n";
import { useNarrow } from "../ui/media";
import { lit, publicPages } from "./pages";
import { useLargeType } from "./preferences";
import { type Session, partyName, seatName, useActAs, useSession, useSignOut } from "../api/session";

/** Where it is narrow what one seldom needs is behind `onMenu`, so that the name of the platform is never cut. */
export function TopBar({ onMenu }: { onMenu: (() => void) | undefined }) {
  const { t } = useTranslation();
  const { data: session, isPending } = useSession();
  return (
    <header className="topbar">
      {onMenu && <Button type="text" icon={<MenuOutlined />} aria-label={t("nav.menu")} onClick={onMenu} />}
      <Link to="/" className="brand">
        <img src="/mark.svg" alt="" width={32} height={32} />
        <span className="brand-name">{t("ui.product")}</span>
        <span className="brand-line soft">{t("ui.product_line")}</span>
      </Link>
      <div className="topbar-tools">
        <Link to="/search" className="topbar-search" aria-label={t("nav.search")} title={t("nav.search")}>
          <SearchOutlined aria-hidden />
        </Link>
        {session?.account_id && <UnderWay />}
        {session?.account_id && <Bell />}
        {!onMenu && <ReadingAids />}
        {session?.account_id ? <AccountMenu session={session} /> : !isPending && <SignInLink />}
      </div>
    </header>
  );
}

/** What anyone may read, for people without an account. */
export function PublicNav() {
  const { t } = useTranslation();
  const here = lit(useRouterState({ select: (state) => state.location.pathname }));
  return (
    <nav className="public-nav" aria-label={t("nav.public")}>
      {publicPages.map(({ path, key }) => (
        <Link key={path} to={path} activeOptions={{ exact: path !== here }} activeProps={{ "aria-current": "page" }}>
          {t(`nav.${key}`)}
        </Link>
      ))}
    </nav>
  );
}

/** How somebody reads: size of type and language. */
export function ReadingAids() {
  return (
    <>
      <LargeType />
      <LanguageSwitch />
    </>
  );
}

function LargeType() {
  const { t } = useTranslation();
  const { large, setLarge } = useLargeType();
  return (
    <Button
      type={large ? "primary" : "text"}
      icon={<FontSizeOutlined aria-hidden />}
      aria-pressed={large}
      onClick={() => setLarge(!large)}
    >
      {t("ui.large_type")}
    </Button>
  );
}

function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const other = languageOf(i18n.language) === "zh" ? "en" : "zh";
  return (
    <Button
      type="text"
      icon={<GlobalOutlined aria-hidden />}
      lang={other === "zh" ? "zh-CN" : "en"}
      onClick={() => void speak(other)}
    >
      {t("ui.other_language")}
    </Button>
  );
}

function SignInLink() {
  const { t } = useTranslation();
  return (
    <Link to="/sign-in" className="button-link sign-in-link">
      {t("nav.sign_in")}
    </Link>
  );
}

function AccountMenu({ session }: { session: Session }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const signOut = useSignOut();
  const actAs = useActAs();
  const { current, memberships, display_name: name } = session;
  const refused = (error: unknown): void => void message.error(refusalOf(error).sentence(i18n.language));
  const roles = memberships.map((seat) => ({
    key: `act:${seat.id}`,
    label: [seatName(seat, t), partyName(seat.party, i18n.language)].filter(Boolean).join(" · "),
    onClick: () => actAs.mutate(seat.id, { onError: refused, onSuccess: () => void navigate({ to: "/desk" }) }),
  }));
  const items = [
    ...(roles.length > 1
      ? [
          { type: "group" as const, key: "roles", label: t("ui.act_as"), children: roles },
          { type: "divider" as const, key: "own" },
        ]
      : []),
    { key: "account", label: <Link to="/account">{t("nav.account")}</Link> },
    { key: "colleagues", label: <Link to="/colleagues">{t("nav.colleagues")}</Link> },
    { type: "divider" as const, key: "leave" },
    {
      key: "sign_out",
      label: t("action.sign_out"),
      onClick: () => signOut.mutate(undefined, { onError: refused, onSuccess: () => void navigate({ to: "/" }) }),
    },
  ];
  return (
    <Dropdown
      menu={{ items, selectedKeys: current ? [`act:${current.id}`] : [] }}
      trigger={["click"]}
      placement="bottomRight"
    >
      <Button
        type="text"
        icon={<UserOutlined aria-hidden />}
        aria-label={narrow ? `${name} · ${t("ui.account")}` : undefined}
      >
        {!narrow && (
          <>
            {name}
            {current && <span className="soft account-role">{seatName(current, t)}</span>}
            <DownOutlined aria-hidden />
          </>
        )}
      </Button>
    </Dropdown>
  );
}
