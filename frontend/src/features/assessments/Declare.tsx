import { Button, Input } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { RefusalAlert } from "../../ui/RefusalAlert";

/** Before anything is marked: whether the assessor has an interest. Whoever has one stands aside. */
export function Declare({ id }: { id: number }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [interest, setInterest] = useState("");
  const declare = $api.useMutation("post", "/api/v1/assessments/{assessment_id}/declare", {
    onSuccess: () => cache.invalidateQueries(),
  });
  const send = (said: string): void =>
    declare.mutate({ params: { path: { assessment_id: id } }, body: { interest: said } });
  return (
    <section className="panel" aria-labelledby="declare">
      <h2 id="declare">{t("rooms.assessments.action.declare")}</h2>
      <p className="prose">{t("assessments.declare_what")}</p>
      <Button type="primary" size="large" loading={declare.isPending} onClick={() => send("")}>
        {t("assessments.no_interest")}
      </Button>
      <h3>{t("assessments.an_interest")}</h3>
      <Input.TextArea
        aria-label={t("rooms.assessments.field.interest")}
        rows={3}
        maxLength={2000}
        value={interest}
        onChange={(event) => setInterest(event.target.value)}
      />
      <p>
        <Button danger disabled={interest.trim() === ""} loading={declare.isPending} onClick={() => send(interest)}>
          {t("assessments.stand_aside")}
        </Button>
      </p>
      <RefusalAlert error={declare.error} />
    </section>
  );
}
