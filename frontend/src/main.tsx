import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App, ConfigProvider } from "antd";
import english from "antd/locale/en_US";
import chinese from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { StrictMode, useEffect, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { followChanges } from "./api/changes";
import { languageOf, refusalOf } from "./api/refusal";
import { Preferences, useLargeType } from "./app/preferences";
import { routerOf } from "./app/router";
import { startWords } from "./i18n";
import { markLanguages } from "./ui/languages";
import { usePhone, useStill } from "./ui/media";
import { themeOf } from "./ui/theme";
import { unfoldOnPaper } from "./ui/whole";
import "./ui/ui.css";
import "./ui/form/form.css";
import "./ui/table.css";
import "./ui/print.css";
import "./app/shell.css";

/** What was refused will be refused again; only a lost connection or a busy server is worth a second try. */
const again = (failures: number, error: unknown): boolean => {
  const { status } = refusalOf(error);
  return failures < 2 && (status === 0 || status === 503);
};

const cache = new QueryClient({ defaultOptions: { queries: { retry: again, staleTime: 10_000 } } });
const router = routerOf(cache);
followChanges(cache);

function House() {
  const { i18n } = useTranslation();
  const { large } = useLargeType();
  const phone = usePhone();
  const still = useStill();
  const language = languageOf(i18n.language);
  dayjs.locale(language === "zh" ? "zh-cn" : "en");
  useEffect(() => (language === "en" ? markLanguages(document.body) : undefined), [language]);
  const theme = useMemo(() => themeOf({ large, phone, still }), [large, phone, still]);
  return (
    <ConfigProvider locale={language === "zh" ? chinese : english} theme={theme} button={{ autoInsertSpace: false }}>
      <App>
        <QueryClientProvider client={cache}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  );
}

async function open(place: HTMLElement): Promise<void> {
  await startWords();
  createRoot(place).render(
    <StrictMode>
      <Preferences>
        <House />
      </Preferences>
    </StrictMode>,
  );
}

const place = document.getElementById("root");
if (place) void open(place);
unfoldOnPaper();
