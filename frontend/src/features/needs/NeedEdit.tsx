import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Checklist } from "../../ui/Checklist";
import { useGo, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { NeedForm } from "./NeedForm";

type Need = components["schemas"]["NeedRead"];

export default function NeedEdit() {
  const need_id = useNumber("need_id");
  const need = $api.useQuery("get", "/api/v1/needs/{need_id}", { params: { path: { need_id } } });
  return <Fetched query={need}>{(it) => <Edited of={it} />}</Fetched>;
}

function Edited({ of }: { of: Need }) {
  const { t } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const page = `/needs/${of.id}` as const;
  const edit = $api.useMutation("put", "/api/v1/needs/{need_id}", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      go(page);
    },
  });
  return (
    <Page
      title={t("nav.need_edit")}
      crumbs={[
        { label: t("nav.needs"), to: "/needs" },
        { label: of.title, to: page },
      ]}
    >
      <Checklist room="needs" missing={of.missing} unsaid={of.unsaid} />
      <NeedForm
        need={of}
        draft={`need ${of.id}`}
        version={of.version}
        send={(body) => edit.mutateAsync({ params: { path: { need_id: of.id }, header: ifMatch(of.version) }, body })}
        sending={edit.isPending}
        error={edit.error}
        cancel={() => go(page)}
      />
    </Page>
  );
}
