import { useEffect } from "react";

/** Brings the part of a page that its address names (`#enquiries`) into view once that part is there. */
export function useArrival(id: string, isThere: boolean): void {
  useEffect(() => {
    if (isThere && window.location.hash === `#${id}`) document.getElementById(id)?.scrollIntoView();
  }, [id, isThere]);
}
