import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useGo } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { FromResults } from "./FromResults";
import { NeedForm } from "./NeedForm";

/** A new need: from what residents said in a survey, or from a blank form. */
export default function NeedNew() {
  const { t } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const draft = $api.useMutation("post", "/api/v1/needs", {
    onSuccess: async (need) => {
      await cache.invalidateQueries();
      go(`/needs/${need.id}`);
    },
  });
  return (
    <Page title={t("nav.need_new")} crumbs={[{ label: t("nav.needs"), to: "/needs" }]}>
      <FromResults />
      <NeedForm
        draft="need new"
        send={(body) => draft.mutateAsync({ body })}
        sending={draft.isPending}
        error={draft.error}
        cancel={() => go("/needs")}
      />
    </Page>
  );
}
