import { useCallback, useEffect, useRef, useState } from "react";
import { keep, kept } from "../../api/kept";
import { refusalOf } from "../../api/refusal";

export type Saving = "saved" | "saving" | "waiting" | "refused";

const PAUSE = 800;
const AGAIN = 5_000;

type Save<Body> = (body: Body, version: number) => Promise<number>;

/** What was kept under this name and not saved yet. */
export function unsaved<Body>(name: string): Body | null {
  try {
    return JSON.parse(kept(name) ?? "null") as Body | null;
  } catch {
    return null;
  }
}

/**
 * Work that is saved as one goes: kept in the browser with every change, sent after a short pause on the version it was
 * made on (`save` answers the new one), and again while the line is lost. `saveNow` answers whether all is saved.
 */
export function useAutosave<Body>(name: string, first: number, save: Save<Body>) {
  const [state, setState] = useState<Saving>("saved");
  const [error, setError] = useState<unknown>(null);
  const version = useRef(first);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const saveNow = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    const sent = kept(name);
    if (sent === null) return true;
    setState("saving");
    try {
      version.current = await save(JSON.parse(sent) as Body, version.current);
      if (kept(name) === sent) keep(name, null);
      setError(null);
      setState("saved");
      return kept(name) === null;
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      const isRefused = refusal.status > 0 && refusal.status < 500;
      setError(isRefused ? refusal : null);
      setState(isRefused ? "refused" : "waiting");
      return false;
    }
  }, [name, save]);

  const change = (body: Body): void => {
    keep(name, JSON.stringify(body));
    setState("saving"); // from now on: what depends on it waits
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void saveNow(), PAUSE);
  };

  useEffect(() => {
    if (state !== "waiting") return;
    const again = setTimeout(() => void saveNow(), AGAIN);
    return () => clearTimeout(again);
  }, [state, saveNow]);

  useEffect(() => {
    if (kept(name) !== null) timer.current = setTimeout(() => void saveNow(), PAUSE);
    return () => clearTimeout(timer.current);
  }, [name, saveNow]);

  return { state, error, change, saveNow };
}
