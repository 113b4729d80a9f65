import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Modal, Space } from "antd";
import { type ComponentType, useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../api/request";
import { RefusalAlert } from "./RefusalAlert";
import { usePutOff } from "./useFile";

export type Actionable = { id: number | string; actions: readonly string[] };
export type ActionFormProps<T> = { of: T; send: (body: unknown) => void; cancel: () => void; sending: boolean };

type Props<T extends Actionable> = {
  of: T;
  /** The room, as in the address: "needs" → POST /api/v1/needs/{id}/{verb}. */
  feature: string;
  /** Verbs that need more than a click: the form is shown in a dialogue and calls `send(body)`. */
  forms?: Partial<Record<string, ComponentType<ActionFormProps<T>>>>;
  /** Verbs that lead to a page of their own, e.g. `{ update: () => navigate(...) }`. */
  go?: Partial<Record<string, () => void>>;
  /** Where a screen calls verbs by words of its own, the first place that has one: `<words>.action.<verb>`,
   * `<words>.confirm.<verb>`; otherwise they are the shared ones (`action.<verb>`) or those of the room
   * (`rooms.<feature>.action.<verb>`). */
  words?: string | readonly string[];
  onDone?: (verb: string, answer: unknown) => void;
};

/** Verbs that take something away from somebody, or end it. */
const DESTRUCTIVE = new Set([
  "cancel",
  "decline",
  "decline_cut",
  "disable",
  "discard",
  "disqualify",
  "end",
  "fail",
  "invalidate",
  "miss",
  "refuse",
  "reject",
  "revoke",
  "stop",
  "terminate",
  "unsettle",
  "waive",
  "withdraw",
]);

/** Verbs that correct what was said: there when needed, never what the eye should meet first. */
const CORRECTING = new Set(["supersede"]);

/** Verbs that a part of the page draws wherever they are granted: files are attached where they hang (Attachments). */
const DRAWN_ELSEWHERE = new Set(["attach"]);

/** A verb on its way: begun by a click, asked back or put into a form where it wants one, posted, told. */
function useVerb<T extends Actionable>({ of, feature, forms = {}, go = {}, words = "ui", onDone }: Props<T>) {
  const { t, i18n } = useTranslation();
  const { message, modal } = App.useApp();
  const cache = useQueryClient();
  const putOff = usePutOff();
  const [asking, setAsking] = useState<string | null>(null);
  const called = (kind: string, verb: string): string[] => [
    ...[words].flat().map((place) => `${place}.${kind}.${verb}`),
    `${kind}.${verb}`,
    `rooms.${feature}.${kind}.${verb}`,
  ];
  const name = (verb: string): string => t(called("action", verb));
  const act = useMutation({
    mutationFn: ({ verb, body }: { verb: string; body?: unknown }) =>
      request(`/api/v1/${feature}/${of.id}/${verb}`, { method: "POST", body }),
    onSuccess: (answer, { verb }) => {
      setAsking(null);
      if (putOff(answer)) return;
      message.success(t("ui.done", { action: name(verb) }));
      onDone?.(verb, answer);
    },
    onSettled: () => cache.invalidateQueries(),
  });

  const start = (verb: string): void => {
    act.reset();
    const leave = go[verb];
    if (leave) leave();
    else if (forms[verb]) setAsking(verb);
    else if (i18n.exists(called("confirm", verb))) {
      modal.confirm({
        title: t("ui.confirm", { action: name(verb) }),
        content: t(called("confirm", verb)),
        okText: name(verb),
        okButtonProps: { danger: DESTRUCTIVE.has(verb) },
        cancelText: t("ui.cancel"),
        onOk: () => act.mutate({ verb }),
      });
    } else act.mutate({ verb });
  };
  return { name, act, start, asking, leave: () => setAsking(null) };
}

/**
 * The buttons the server grants (`thing.actions`), in its order; the first one that builds something up is primary.
 * A verb is asked back when the words know a `confirm.<verb>` sentence: that is where irreversible verbs are named.
 */
export function ActionBar<T extends Actionable>(props: Props<T>) {
  const { of, forms = {} } = props;
  const { name, act, start, asking, leave } = useVerb(props);
  const verbs = of.actions.filter((verb) => !DRAWN_ELSEWHERE.has(verb));
  const primary = verbs.find((verb) => !DESTRUCTIVE.has(verb) && !CORRECTING.has(verb));
  const Form = asking === null ? undefined : forms[asking];
  if (verbs.length === 0) return null;
  return (
    <div className="actions">
      <Space wrap>
        {verbs.map((verb) => (
          <Button
            key={verb}
            type={verb === primary ? "primary" : "default"}
            danger={DESTRUCTIVE.has(verb)}
            loading={act.isPending && act.variables.verb === verb}
            disabled={act.isPending}
            onClick={() => start(verb)}
          >
            {name(verb)}
          </Button>
        ))}
      </Space>
      {!Form && <RefusalAlert error={act.error} />}
      <Modal open={Form !== undefined} title={asking && name(asking)} footer={null} onCancel={leave} destroyOnHidden>
        <RefusalAlert error={act.error} />
        {Form && asking && (
          <Form of={of} sending={act.isPending} cancel={leave} send={(body) => act.mutate({ verb: asking, body })} />
        )}
      </Modal>
    </div>
  );
}
