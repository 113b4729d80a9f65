import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, LinkOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, InputNumber, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../api/request";
import type { components } from "../../api/schema.gen";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { addTo, moved, tied, without } from "./groups";

type Round = components["schemas"]["RoundRead"];
type Own = components["schemas"]["PreferencesRead"];
type Seat = components["schemas"]["Seat"];
type Groups = Own["groups"];
type Props = { round: Round; of: Own; title: string; partners: readonly Seat[] };

/** The wishes of one need or offer, best first; while the round is open they can be ordered and handed in. */
export function Wishes({ round, of, title, partners }: Props) {
  const { t } = useTranslation();
  const [groups, setGroups] = useState<Groups>(of.groups);
  const seats = new Map(partners.map((seat) => [seat.id, seat]));
  const open = of.actions.includes("submit");
  return (
    <div className="wishes">
      <h3>{title}</h3>
      {of.source && <p className="soft">{t(`selection.source.${of.source}`)}</p>}
      <ol>
        {groups.flatMap((group, place) =>
          group.map((id) => (
            <li key={id} value={place + 1}>
              <Wish seat={seats.get(id)} isTied={group.length > 1} />
              {open && <Ordering id={id} title={seats.get(id)?.title} groups={groups} change={setGroups} />}
            </li>
          )),
        )}
      </ol>
      {open && <HandIn round={round} of={of} partners={partners} groups={groups} change={setGroups} />}
    </div>
  );
}

function Wish({ seat, isTied }: { seat: Seat | undefined; isTied: boolean }) {
  const { t } = useTranslation();
  return (
    <span className="wish-title">
      {seat?.title} <span className="soft">{seat?.party_name_zh}</span>
      {seat?.is_here === false && <span className="soft"> {t("selection.own.gone")}</span>}
      {isTied && <span className="soft"> {t("selection.own.tied")}</span>}
    </span>
  );
}

type Change = { groups: Groups; change: (groups: Groups) => void };

function Ordering({ id, title, groups, change }: Change & { id: number; title: string | undefined }) {
  const { t } = useTranslation();
  return (
    <Space size={4}>
      <Button
        icon={<ArrowUpOutlined aria-hidden />}
        aria-label={t("selection.own.up", { title })}
        onClick={() => change(moved(groups, id, -1))}
      />
      <Button
        icon={<ArrowDownOutlined aria-hidden />}
        aria-label={t("selection.own.down", { title })}
        onClick={() => change(moved(groups, id, 1))}
      />
      <Button
        icon={<LinkOutlined aria-hidden />}
        aria-label={t("selection.own.tie", { title })}
        onClick={() => change(tied(groups, id))}
      />
      <Button
        icon={<DeleteOutlined aria-hidden />}
        aria-label={t("selection.own.remove", { title })}
        onClick={() => change(without(groups, id))}
      />
    </Space>
  );
}

/** One more partner, how many an offer takes, and the list handed in. */
function HandIn({ round, of, partners, groups, change }: Change & Omit<Props, "title">) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [places, setPlaces] = useState(of.places);
  const submit = useMutation({
    mutationFn: () =>
      request(`/api/v1/selection/rounds/${round.id}/${of.side}s/${of.subject_id}/preferences`, {
        method: "PUT",
        body: { groups, places },
      }),
    onSuccess: () => {
      message.success(t("selection.own.saved"));
      return cache.invalidateQueries();
    },
  });
  return (
    <>
      <Space wrap>
        <Select
          className="wish-add"
          showSearch={{ optionFilterProp: "label" }}
          value={null}
          aria-label={t("selection.own.add")}
          placeholder={t("selection.own.add")}
          options={partners
            .filter((seat) => seat.is_here && !groups.flat().includes(seat.id))
            .map((seat) => ({ value: seat.id, label: `${seat.title} · ${seat.party_name_zh}` }))}
          onChange={(id: number | null) => id !== null && change(addTo(groups, id))}
        />
        {of.side === "offer" && (
          <InputNumber
            min={1}
            value={places}
            aria-label={t("selection.own.places")}
            prefix={t("selection.own.places")}
            onChange={(value) => setPlaces(value ?? 1)}
          />
        )}
        <Button type="primary" loading={submit.isPending} onClick={() => submit.mutate()}>
          {t("action.submit")}
        </Button>
      </Space>
      <RefusalAlert error={submit.error} />
    </>
  );
}
