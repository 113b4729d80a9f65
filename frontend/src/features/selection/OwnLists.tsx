import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, LinkOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, InputNumber, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { request } from "../../api/request";
import type { components } from "../../api/schema.gen";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { addTo, moved, tied, without } from "./groups";

type Round = components["schemas"]["RoundRead"];
type Own = components["schemas"]["PreferencesRead"];
type Seat = components["schemas"]["Seat"];

/** The reader's own needs or offers in this round, each with its list of wishes. */
export function OwnLists({ round, role }: { round: Round; role: string }) {
  const { t } = useTranslation();
  const path = { round_id: round.id };
  const [own, other] = role === "committee" ? (["need", "offer"] as const) : (["offer", "need"] as const);
  const lists = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/preferences", { params: { path } });
  const mine = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/seats", {
    params: { path, query: { side: own } },
  });
  const partners = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/seats", {
    params: { path, query: { side: other } },
  });
  if (!lists.data || !mine.data || !partners.data) return null;
  const titles = new Map(mine.data.map((seat) => [seat.id, seat.title]));
  return (
    <section aria-labelledby="own">
      <h2 id="own">{t("selection.own.title")}</h2>
      {lists.data.length === 0 && <p className="soft">{t("selection.own.none")}</p>}
      {lists.data.map((list) => (
        <Wishes
          key={list.subject_id}
          round={round}
          of={list}
          title={titles.get(list.subject_id) ?? ""}
          partners={partners.data}
        />
      ))}
    </section>
  );
}

function Wishes({ round, of, title, partners }: { round: Round; of: Own; title: string; partners: readonly Seat[] }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [groups, setGroups] = useState<number[][]>(of.groups);
  const [places, setPlaces] = useState(of.places);
  const [error, setError] = useState<unknown>(null);
  const seats = new Map(partners.map((seat) => [seat.id, seat]));
  const open = of.actions.includes("submit");

  const save = async (): Promise<void> => {
    setError(null);
    try {
      await request(`/api/v1/selection/rounds/${round.id}/${of.side}s/${of.subject_id}/preferences`, {
        method: "PUT",
        body: { groups, places },
      });
      message.success(t("selection.own.saved"));
      await cache.invalidateQueries();
    } catch (refused) {
      setError(refused);
    }
  };

  return (
    <div className="wishes">
      <h3>{title}</h3>
      {of.source && <p className="soft">{t(`selection.source.${of.source}`)}</p>}
      <ol>
        {groups.flatMap((group, place) =>
          group.map((id) => (
            <li key={id} value={place + 1}>
              <span className="wish-title">
                {seats.get(id)?.title} <span className="soft">{seats.get(id)?.party_name_zh}</span>
                {seats.get(id)?.is_here === false && <span className="soft"> {t("selection.own.gone")}</span>}
                {group.length > 1 && <span className="soft"> {t("selection.own.tied")}</span>}
              </span>
              {open && (
                <Space size={4}>
                  <Button
                    icon={<ArrowUpOutlined aria-hidden />}
                    aria-label={t("selection.own.up", { title: seats.get(id)?.title })}
                    onClick={() => setGroups(moved(groups, id, -1))}
                  />
                  <Button
                    icon={<ArrowDownOutlined aria-hidden />}
                    aria-label={t("selection.own.down", { title: seats.get(id)?.title })}
                    onClick={() => setGroups(moved(groups, id, 1))}
                  />
                  <Button
                    icon={<LinkOutlined aria-hidden />}
                    aria-label={t("selection.own.tie", { title: seats.get(id)?.title })}
                    onClick={() => setGroups(tied(groups, id))}
                  />
                  <Button
                    icon={<DeleteOutlined aria-hidden />}
                    aria-label={t("selection.own.remove", { title: seats.get(id)?.title })}
                    onClick={() => setGroups(without(groups, id))}
                  />
                </Space>
              )}
            </li>
          )),
        )}
      </ol>
      {open && (
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
            onChange={(id: number | null) => id !== null && setGroups(addTo(groups, id))}
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
          <Button type="primary" onClick={() => void save()}>
            {t("action.submit")}
          </Button>
        </Space>
      )}
      <RefusalAlert error={error} />
    </div>
  );
}
