/** What is asked before something is done to a wave. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import { takeFile } from "../../api/request";
import { useSession } from "../../api/session";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { PlacesSelect } from "../../ui/form/choices";
import { CountField, Field, LineField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { MomentInput } from "../../ui/form/inputs";
import { Place } from "./Place";

type Wave = components["schemas"]["WaveRead"];
type Body = components["schemas"]["WaveCreate"];
type Handout = components["schemas"]["Handout"];
const CHANNELS = ["open_link", "paper", "link", "phone", "meeting"] as const;

/** A new wave, or (`wave`) another name and other times for one that there is. */
export function WaveForm({ survey_id, wave, leave }: { survey_id: number; wave?: Wave; leave: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const area = useSession().data?.current?.area;
  const settled = {
    onSuccess: () => {
      leave();
      void cache.invalidateQueries();
    },
  };
  const create = $api.useMutation("post", "/api/v1/surveys/{survey_id}/waves", settled);
  const edit = $api.useMutation("put", "/api/v1/surveys/waves/{wave_id}", settled);
  const send = ({ title, opens_at, closes_at, channel, communities }: Body): Promise<unknown> => {
    const body = { title, opens_at: opens_at ?? null, closes_at: closes_at ?? null };
    return wave
      ? edit.mutateAsync({ params: { path: { wave_id: wave.id }, header: ifMatch(wave.version) }, body })
      : create.mutateAsync({ params: { path: { survey_id } }, body: { ...body, channel, communities } });
  };
  const own = area && !area.endsWith("000") ? [area] : [];
  const fresh: Partial<Body> = { title: "", channel: "open_link", communities: own };
  const { title, opens_at, closes_at } = wave ?? fresh;
  const times = { title: title ?? "", opens_at: opens_at ?? null, closes_at: closes_at ?? null };
  return (
    <FormSheet<Body>
      room="surveys"
      initial={wave ? times : fresh}
      send={send}
      sending={create.isPending || edit.isPending}
      error={create.error ?? edit.error}
      submit={t(wave ? "action.save" : "rooms.surveys.action.create_wave")}
      cancel={leave}
    >
      {!wave && (
        <>
          <Field name="channel" required extra={t("surveys.waves.channel_hint")}>
            <Select options={CHANNELS.map((value) => ({ value, label: t(`rooms.surveys.survey_channel.${value}`) }))} />
          </Field>
          <Field name="communities" required>
            <PlacesSelect level="community" {...(area && { under: area.replace(/(?:000)+$/, "") })} />
          </Field>
        </>
      )}
      <LineField name="title" label={t("surveys.waves.name")} limit={200} />
      <Field name="opens_at" extra={t("surveys.waves.opens_hint")}>
        <MomentInput />
      </Field>
      <Field name="closes_at">
        <MomentInput />
      </Field>
    </FormSheet>
  );
}

function Community({ wave }: { wave: Wave }) {
  return (
    <Field name="community_code" required>
      <Select options={wave.communities.map((code) => ({ value: code, label: <Place code={code} /> }))} />
    </Field>
  );
}

const only = (wave: Wave): string => wave.communities[0] ?? "";

/** The ledger: handed out, or taken back with a reason. */
export function IssueForm({ of, send, cancel, sending }: ActionFormProps<Wave>) {
  const { t } = useTranslation();
  return (
    <FormSheet
      room="surveys"
      initial={{ community_code: only(of), reason: "" }}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.surveys.action.issue")}
    >
      <Community wave={of} />
      <CountField
        name="count"
        label={t("surveys.waves.count")}
        required
        min={-1_000_000}
        extra={t("surveys.waves.count_hint")}
      />
      <LineField name="reason" limit={500} />
    </FormSheet>
  );
}

/** How many numbered questionnaires. */
export function HandoutForm({ of, send, cancel, sending }: ActionFormProps<Wave>) {
  const { t } = useTranslation();
  return (
    <FormSheet<Handout>
      room="surveys"
      initial={{ community_code: only(of) }}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.surveys.action.make_sheets")}
    >
      <p className="soft">{t("surveys.waves.sheets_hint")}</p>
      <Community wave={of} />
      <CountField name="count" label={t("surveys.waves.count")} required min={1} max={500} />
    </FormSheet>
  );
}

/** One-time links as cards: they exist in the file alone. */
export function CardsForm({ wave, leave }: { wave: Wave; leave: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const make = useMutation({
    mutationFn: (body: Handout) => takeFile(`/api/v1/surveys/waves/${wave.id}/print_tokens`, body),
    onSuccess: () => {
      message.success(t("surveys.waves.cards_made"));
      leave();
    },
  });
  return (
    <FormSheet<Handout>
      room="surveys"
      initial={{ community_code: only(wave) }}
      send={(body) => make.mutateAsync(body)}
      sending={make.isPending}
      error={make.error}
      cancel={leave}
      submit={t("rooms.surveys.action.print_tokens")}
    >
      <p className="soft">{t("surveys.waves.cards_hint")}</p>
      <Community wave={wave} />
      <CountField name="count" label={t("surveys.waves.count")} required min={1} max={500} />
    </FormSheet>
  );
}
