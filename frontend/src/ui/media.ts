import { useSyncExternalStore } from "react";

/** Whether a CSS media query holds, kept up to date. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = globalThis.matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => globalThis.matchMedia(query).matches,
    () => false,
  );
}

export const usePhone = (): boolean => useMedia("(max-width: 767px)");
/** Too narrow for tables: their rows are cards; never on paper. */
export const useNarrow = (): boolean => useMedia("screen and (max-width: 1023px)");
export const useStill = (): boolean => useMedia("(prefers-reduced-motion: reduce)");
