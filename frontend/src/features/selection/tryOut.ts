/** What is being tried out with a ranking, kept in the address so that it can be sent to a colleague. */
import { keepPreviousData } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useSettled } from "../../ui/useSettled";
import {
  type Criterion,
  fromAddress,
  inAddress,
  same,
  type Shares,
  sharesFrom,
  type Sliders,
  slid,
  still,
  written,
} from "./weights";

export type Ranking = components["schemas"]["RankingRead"];
export type Ask = components["schemas"]["RankingAsk"];
export type Filter = NonNullable<Ask["without"]>[number];
export type Direction = { from: "needs"; to: "offers" } | { from: "offers"; to: "needs" };

export const FILTERS: readonly Filter[] = [
  "coverage",
  "population",
  "budget",
  "dates",
  "qualifications",
  "rectification",
  "inactive",
];
const SETTLED = 300;

/** `shares` null: the published weights. */
export type Tried = { shares: Shares | null; budget: string | null; without: readonly Filter[] };

const UNTRIED: Tried = { shares: null, budget: null, without: [] };

export const isTried = ({ shares, budget, without }: Tried): boolean =>
  shares !== null || budget !== null || without.length > 0;

export function askOf({ shares, budget, without }: Tried, about: number | null): Ask {
  return {
    ...(shares && { weights: written(shares) }),
    ...(budget !== null && { budget }),
    without: [...without],
    ...(about !== null && { about }),
  };
}

type Address = Readonly<Record<string, unknown>>;

/** What an address says; whatever it garbles is left untried. */
export function triedIn(address: Address): Tried {
  const budget = String(address.budget ?? "");
  const left = String(address.without ?? "").split(".");
  return {
    shares: fromAddress(address.weights),
    budget: /^\d{1,12}(?:\.\d{1,2})?$/.test(budget) ? budget : null,
    without: FILTERS.filter((filter) => left.includes(filter)),
  };
}

export const addressOf = ({ shares, budget, without }: Tried): Record<string, string> => ({
  ...(shares && { weights: inAddress(shares) }),
  ...(budget !== null && { budget }),
  ...(without.length > 0 && { without: without.join(".") }),
});

/** Written without a trace in the history and without moving the page under the reader's hand. */
function useAddress(): [Address, (tried: Tried) => void] {
  const address = useSearch({ strict: false }) as Address;
  const navigate = useNavigate();
  const write = useCallback(
    (tried: Tried) => void navigate({ to: ".", search: addressOf(tried), replace: true, resetScroll: false }),
    [navigate],
  );
  return [address, write];
}

function useRanking({ from }: Direction, id: number, body: Ask, enabled: boolean) {
  const options = { enabled, placeholderData: keepPreviousData };
  const offers = $api.useQuery(
    "post",
    "/api/v1/selection/needs/{need_id}/ranking",
    { params: { path: { need_id: id } }, body },
    { ...options, enabled: enabled && from === "needs" },
  );
  const needs = $api.useQuery(
    "post",
    "/api/v1/selection/offers/{offer_id}/ranking",
    { params: { path: { offer_id: id } }, body },
    { ...options, enabled: enabled && from === "offers" },
  );
  return from === "needs" ? offers : needs;
}

const PUBLISHED: Ask = { without: [] };

/** The published ranking, the one shown (the same, unless something is tried out), and the levers. */
export function useTryOut(direction: Direction, id: number) {
  const [address, write] = useAddress();
  const [tried, setTried] = useState<Tried>(() => triedIn(address));
  const [sliders, setSliders] = useState<Sliders | null>(tried.shares && still(tried.shares));
  const [about, setAbout] = useState<number | null>(null);
  const settled = useSettled(tried, SETTLED);
  const published = useRanking(direction, id, PUBLISHED, true);
  const asked = useRanking(direction, id, askOf(settled, about), isTried(settled) || about !== null);
  useEffect(() => write(settled), [settled, write]);

  const usual = published.data ? sharesFrom(published.data.weights) : null;
  const weigh = (criterion: Criterion, share: number): void => {
    if (!usual) return;
    const next = slid(sliders ?? still(usual), criterion, share);
    setSliders(next);
    setTried((now) => ({ ...now, shares: same(next.shares, usual) ? null : next.shares }));
  };
  const untry = (): void => {
    setSliders(null);
    setTried(UNTRIED);
  };
  const skip = (filter: Filter, skipped: boolean): void =>
    setTried((now) => ({
      ...now,
      without: FILTERS.filter((each) => (each === filter ? skipped : now.without.includes(each))),
    }));
  const afford = (budget: string | null): void => setTried((now) => ({ ...now, budget }));
  const isAsked = isTried(settled) || about !== null;
  return {
    published,
    shown: isAsked && asked.data ? asked.data : published.data,
    refusal: isAsked ? asked.error : null,
    isMoving: isAsked && (asked.isFetching || settled !== tried),
    tried,
    usual,
    shares: sliders?.shares ?? usual,
    about,
    setAbout,
    weigh,
    untry,
    skip,
    afford,
  };
}

export type TryOut = ReturnType<typeof useTryOut>;
