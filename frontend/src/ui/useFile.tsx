import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { refusalOf } from "../api/refusal";
import { isPutOff, takeFile } from "../api/request";
import { useGo } from "./Link";

/** Tells of work that was put off where it is found again; true where an answer says that it was. */
export function usePutOff(): (answer: unknown) => boolean {
  const { t } = useTranslation();
  const { notification } = App.useApp();
  const cache = useQueryClient();
  const go = useGo();
  return (answer) => {
    if (!isPutOff(answer)) return false;
    void cache.invalidateQueries({ queryKey: ["get", "/api/v1/jobs"] });
    const key = `errand ${answer.errand_id}`;
    const see = (): void => {
      notification.destroy(key);
      go("/jobs");
    };
    notification.info({
      key,
      title: t("ui.later.title"),
      description: t("ui.later.hint"),
      actions: <Button onClick={see}>{t("ui.later.go")}</Button>,
      duration: 15,
    });
    return true;
  };
}

/** Asks for a file by its address: it is saved, or, where it takes long, made in the background. */
export function useFile() {
  const { i18n } = useTranslation();
  const { message } = App.useApp();
  const putOff = usePutOff();
  return useMutation({
    mutationFn: (at: string) => takeFile(at),
    onSuccess: putOff,
    onError: (error) => message.error(refusalOf(error).sentence(i18n.language)),
  });
}
