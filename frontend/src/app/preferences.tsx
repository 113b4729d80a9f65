import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { keep, kept } from "../api/kept";

const LARGE = "large-type";
const Large = createContext<{ large: boolean; setLarge: (large: boolean) => void }>({
  large: false,
  setLarge: () => {},
});

/** 适老化: large type, kept in this browser. */
export function Preferences({ children }: { children: ReactNode }) {
  const [large, show] = useState(() => kept(LARGE) === "yes");
  const setLarge = useCallback((wanted: boolean) => {
    keep(LARGE, wanted ? "yes" : null);
    show(wanted);
  }, []);
  useEffect(() => {
    document.documentElement.classList.toggle("large", large);
  }, [large]);
  const value = useMemo(() => ({ large, setLarge }), [large, setLarge]);
  return <Large value={value}>{children}</Large>;
}

export const useLargeType = () => useContext(Large);
