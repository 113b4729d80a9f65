import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Empty } from "../ui/Empty";
import { Page } from "../ui/Page";
import { RefusalAlert } from "../ui/RefusalAlert";

/** 404 */
export function Lost() {
  const { t } = useTranslation();
  return (
    <Page title={t("ui.lost.title")}>
      <Empty title={t("ui.lost.what")} hint={t("ui.lost.hint")} action={<Link to="/">{t("ui.lost.home")}</Link>} />
    </Page>
  );
}

/** A page that broke: the rest of the house still stands. */
export function Faulty({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <Page title={t("ui.faulty.title")}>
      <RefusalAlert error={error} />
      <p className="page-action">
        <Button
          type="primary"
          onClick={() => {
            reset();
            location.reload();
          }}
        >
          {t("ui.faulty.reload")}
        </Button>
      </p>
    </Page>
  );
}
