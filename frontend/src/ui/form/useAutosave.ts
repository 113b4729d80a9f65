import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { draftOf, keepDraft } from "../../api/drafts";
import { refusalOf } from "../../api/refusal";

/** `stale`: the thing was changed elsewhere since the work began, and nothing is sent until somebody chooses. */
export type Saving = "saved" | "saving" | "waiting" | "refused" | "stale";

const PAUSE = 800;
const AGAIN = 5_000;

type Save<Body> = (body: Body, version: number) => Promise<number>;

const outcomeOf = (status: number): Saving =>
  status === 412 ? "stale" : status > 0 && status < 500 ? "refused" : "waiting";

/** Whether nothing was written while it was sent; what was, is kept on the new version. */
function settled<Body>(name: string, sent: Body, version: number): boolean {
  const now = draftOf<Body>(name);
  const isAll = now === null || JSON.stringify(now.body) === JSON.stringify(sent);
  keepDraft(name, isAll ? null : { version, body: now.body });
  return isAll;
}

function useAgain(isWaiting: boolean, saveNow: () => Promise<boolean>): void {
  useEffect(() => {
    if (!isWaiting) return;
    const again = setTimeout(() => void saveNow(), AGAIN);
    return () => clearTimeout(again);
  }, [isWaiting, saveNow]);
}

/** One after the other: what is asked for while a save is under way goes out on the version that this one makes. */
function useInTurn(save: () => Promise<boolean>): () => Promise<boolean> {
  const last = useRef(Promise.resolve(true));
  return useCallback(() => (last.current = last.current.then(save)), [save]);
}

/**
 * Work that is saved as one goes: kept in the browser with every change, sent after a short pause on the version it was
 * begun on (`save` answers the new one), and again while the line is lost. `current` is the version the server has.
 * `saveNow` answers whether all is saved; `begun` is what had been kept and not saved; `insist` sends what is here on the
 * current version, `giveUp` forgets it: `round` counts how often, for what must then be shown anew.
 */
export function useAutosave<Body>(name: string, current: number, save: Save<Body>) {
  const cache = useQueryClient();
  const [begun, setBegun] = useState(() => draftOf<Body>(name));
  const [round, setRound] = useState(0);
  const [state, setState] = useState<Saving>(begun && begun.version !== current ? "stale" : "saved");
  const [error, setError] = useState<unknown>(null);
  const wasLeft = useRef(begun?.version === current); // sent once, when the page is opened
  const version = useRef(begun?.version ?? current);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const saveOnce = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    const sent = draftOf<Body>(name);
    if (sent === null) return true;
    setState("saving");
    try {
      version.current = await save(sent.body, version.current);
      const isAll = settled(name, sent.body, version.current);
      setError(null);
      setState(isAll ? "saved" : "saving");
      return isAll;
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      const found = outcomeOf(refusal.status);
      setError(found === "refused" ? refusal : null);
      setState(found);
      if (found === "stale") void cache.invalidateQueries();
      return false;
    }
  }, [cache, name, save]);
  const saveNow = useInTurn(saveOnce);

  const change = (body: Body): void => {
    keepDraft(name, { version: version.current, body });
    if (state === "stale") return;
    setState("saving"); // from now on: what depends on it waits
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void saveNow(), PAUSE);
  };

  const insist = (): void => {
    version.current = current;
    void saveNow();
  };

  const giveUp = (): void => {
    keepDraft(name, null);
    version.current = current;
    setBegun(null);
    setRound(round + 1);
    setState("saved");
  };

  useAgain(state === "waiting", saveNow);
  useEffect(() => {
    if (wasLeft.current) timer.current = setTimeout(() => void saveNow(), PAUSE);
    return () => clearTimeout(timer.current);
  }, [saveNow]);
  return { state, error, begun, round, change, saveNow, insist, giveUp };
}
