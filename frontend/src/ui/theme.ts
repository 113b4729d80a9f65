/** Jade and seal red on warm paper; every text pair meets WCAG AA (checked with axe). */
import { type ThemeConfig, theme } from "antd";

export const palette = {
  jade: "#0f5f54",
  jadeSoft: "#e3efeb",
  seal: "#a83a26",
  amber: "#8a5300",
  moss: "#2f6b3a",
  ink: "#25231f",
  inkSoft: "#5f5a51",
  paper: "#f7f5f0",
  line: "#dfd9cd",
} as const;

/** Colours for charts, told apart by lightness as well as by hue. */
export const series = ["#0f5f54", "#c8763a", "#5b7fa6", "#a83a26", "#8d8a3c", "#7a5c86", "#6e6a61"] as const;

const FONTS =
  '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "Hiragino Sans GB", system-ui, sans-serif';

export function themeOf({ large, phone, still }: { large: boolean; phone: boolean; still: boolean }): ThemeConfig {
  const control = large ? 52 : phone ? 44 : 40;
  return {
    algorithm: theme.defaultAlgorithm,
    token: {
      colorPrimary: palette.jade,
      colorPrimaryBg: palette.jadeSoft,
      colorPrimaryBgHover: "#d3e5df",
      colorInfo: palette.jade,
      colorInfoBg: palette.jadeSoft,
      colorInfoBorder: "#b9d5cd",
      colorLink: palette.jade,
      colorLinkHover: "#0a453d",
      colorError: palette.seal,
      colorErrorBg: "#f8e6e1",
      colorErrorBorder: "#e8beb3",
      colorWarning: palette.amber,
      colorWarningBg: "#f7ecd6",
      colorWarningBorder: "#e3cda0",
      colorSuccess: palette.moss,
      colorTextBase: palette.ink,
      colorTextSecondary: palette.inkSoft,
      colorTextTertiary: palette.inkSoft,
      colorTextDescription: palette.inkSoft,
      colorTextPlaceholder: "#746e63",
      colorBgLayout: palette.paper,
      colorBorder: "#b9b1a2",
      colorBorderSecondary: palette.line,
      fontFamily: FONTS,
      fontSize: large ? 20 : 16,
      controlHeight: control,
      controlHeightSM: phone ? 44 : 34,
      controlHeightLG: control + 6,
      borderRadius: 8,
      motion: !still,
      lineWidthFocus: 3,
    },
    components: {
      Menu: { itemHeight: large ? 56 : 46, itemBorderRadius: 8, itemSelectedBg: palette.jadeSoft },
      Layout: { headerBg: "#ffffff", siderBg: "#ffffff", bodyBg: palette.paper },
      Table: { headerBg: "#f1eee6", headerColor: palette.ink, headerSplitColor: "transparent" },
      Card: { headerFontSize: large ? 22 : 17 },
      Button: { fontWeight: 500, primaryShadow: "none", defaultShadow: "none" },
      Tag: { defaultBg: "#f1eee6", defaultColor: palette.ink },
    },
  };
}
