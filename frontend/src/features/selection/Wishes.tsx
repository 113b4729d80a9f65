import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, LinkOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, InputNumber, Select, Space } from "antd";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../api/request";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { DraftNotice } from "../../ui/form/DraftNotice";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { addTo, type Groups, moved, placedBefore, tied, wishesFrom, without } from "./groups";
import { forgetUnsent, keepUnsent, type Own, unsentOf, type Written } from "./unsent";

type Round = components["schemas"]["RoundRead"];
type Seat = components["schemas"]["Seat"];
type Ranking = components["schemas"]["RankingRead"];
type Props = { round: Round; of: Own; title: string; partners: readonly Seat[] };

const BEST = 5;
const DRAGGED = "application/x-wish";

/** The wishes of one need or offer, best first; while the round is open they can be ordered and handed in. */
export function Wishes({ round, of, title, partners }: Props) {
  const { t } = useTranslation();
  const list = useUnsent(round, of);
  const { groups, change } = list;
  const seats = new Map(partners.map((seat) => [seat.id, seat]));
  const open = of.actions.includes("submit");
  return (
    <div className="wishes">
      <h3>{title}</h3>
      {of.source && <p className="soft">{t(`selection.source.${of.source}`)}</p>}
      {list.notice}
      <ol>
        {groups.flatMap((group, place) =>
          group.map((id) => (
            <li key={id} value={place + 1} {...(open && dragging(id, groups, change))}>
              <Wish seat={seats.get(id)} isTied={group.length > 1} />
              {open && <Ordering id={id} title={seats.get(id)?.title} groups={groups} change={change} />}
            </li>
          )),
        )}
      </ol>
      {open && <HandIn round={round} of={of} partners={partners} list={list} />}
    </div>
  );
}

/** The list as it is being written, with what was found of an earlier visit. */
function useUnsent(round: Round, of: Own) {
  const [found, setFound] = useState(() => unsentOf(round.id, of));
  const saved: Written = { groups: of.groups, places: of.places };
  const [written, setWritten] = useState<Written>(found && !found.isStale ? found : saved);
  const [isUnsent, setUnsent] = useState(found !== null && !found.isStale);
  const write = (body: Written): void => {
    keepUnsent(round.id, of, body);
    setWritten(body);
    setUnsent(true);
  };
  const forget = (): void => {
    forgetUnsent(round.id, of);
    setFound(null);
    setUnsent(false);
  };
  const mine = (): void => {
    if (found) write(found);
    setFound(null);
  };
  const takeSaved = (): void => {
    setWritten(saved);
    forget();
  };
  const change = (groups: Groups): void => write({ ...written, groups });
  const setPlaces = (places: number): void => write({ ...written, places });
  const notice = found && <DraftNotice isStale={found.isStale} onMine={mine} onSaved={takeSaved} />;
  return { ...written, isUnsent, change, setPlaces, forget, notice };
}

/** A wish that is dropped on another takes the place before it; buttons do the same without a mouse. */
const dragging = (id: number, groups: Groups, change: (groups: Groups) => void) => ({
  draggable: true,
  onDragStart: ({ dataTransfer }: DragEvent) => dataTransfer.setData(DRAGGED, String(id)),
  onDragOver: (event: DragEvent) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault(),
  onDrop: (event: DragEvent) => {
    event.preventDefault();
    const dragged = Number(event.dataTransfer.getData(DRAGGED));
    if (groups.flat().includes(dragged)) change(placedBefore(groups, dragged, id));
  },
});

function Wish({ seat, isTied }: { seat: Seat | undefined; isTied: boolean }) {
  const { t, i18n } = useTranslation();
  return (
    <span className="wish-title">
      {seat?.title} <span className="soft">{seat && chosen(seat, "party", i18n.language)}</span>
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

type Sent = { round: Round; of: Own; partners: readonly Seat[]; list: ReturnType<typeof useUnsent> };

/** One more partner, the best of the ranking to begin with, how many an offer takes, and the list handed in. */
function HandIn({ round, of, partners, list }: Sent) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const submit = useSubmit(round, of, list);
  const recommended = useRecommended(of, partners, list.change);
  const start = (): void => {
    if (list.groups.length > 0) return submit.mutate();
    modal.confirm({
      title: t("selection.own.none_title"),
      content: t("selection.own.none_follows"),
      okText: t("selection.own.none"),
      cancelText: t("ui.cancel"),
      onOk: () => submit.mutate(),
    });
  };
  return (
    <>
      <AddWish partners={partners} groups={list.groups} change={list.change} />
      {of.side === "offer" && (
        <label className="wish-places">
          {t("selection.own.places")}{" "}
          <InputNumber min={1} precision={0} value={list.places} onChange={(value) => list.setPlaces(value ?? 1)} />
        </label>
      )}
      <Space wrap>
        {list.groups.length === 0 && (
          <Button loading={recommended.isPending} onClick={() => recommended.mutate()}>
            {t("selection.own.recommended", { count: BEST })}
          </Button>
        )}
        <Button type="primary" loading={submit.isPending} onClick={start}>
          {t("action.submit")}
        </Button>
        {list.isUnsent && <span role="status">{t("selection.own.unsent")}</span>}
      </Space>
      {recommended.data?.length === 0 && <p role="status">{t("selection.own.no_recommended")}</p>}
      <RefusalAlert error={submit.error ?? recommended.error} />
    </>
  );
}

function useSubmit(round: Round, of: Own, { groups, places, forget }: Sent["list"]) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () =>
      request(`/api/v1/selection/rounds/${round.id}/${of.side}s/${of.subject_id}/preferences`, {
        method: "PUT",
        body: { groups, places },
      }),
    onSuccess: () => {
      forget();
      message.success(t("selection.own.saved"));
      return cache.invalidateQueries();
    },
  });
}

/** The best of the ranking who take part and are still there. */
function useRecommended(of: Own, partners: readonly Seat[], change: (groups: Groups) => void) {
  const here = new Set(partners.filter((seat) => seat.is_here).map(({ id }) => id));
  return useMutation({
    mutationFn: async () => {
      const address = `/api/v1/selection/${of.side}s/${of.subject_id}/ranking`;
      const ranking = await request<Ranking>(address, { method: "POST", body: {} });
      return wishesFrom(
        ranking.rows.filter(({ id }) => here.has(id)),
        BEST,
      );
    },
    onSuccess: (groups) => groups.length > 0 && change(groups),
  });
}

/** Found by what it is called, what it says, or who it is of. */
function AddWish({ partners, groups, change }: Change & { partners: readonly Seat[] }) {
  const { t, i18n } = useTranslation();
  const said = ({ title, description, party_zh, party_en }: Seat): string =>
    [title, party_zh, party_en, description].join(" ").toLowerCase();
  const options = partners
    .filter((seat) => seat.is_here && !groups.flat().includes(seat.id))
    .map((seat) => ({
      value: seat.id,
      label: `${seat.title} · ${chosen(seat, "party", i18n.language)}`,
      said: said(seat),
    }));
  return (
    <Select
      className="wish-add"
      showSearch={{ filterOption: (typed, option) => option?.said.includes(typed.trim().toLowerCase()) ?? false }}
      value={null}
      aria-label={t("selection.own.add")}
      placeholder={t("selection.own.add")}
      options={options}
      onChange={(id: number | null) => id !== null && change(addTo(groups, id))}
    />
  );
}
