/** Links between the pages: the router's own, held to the addresses there are. */
import { Link as RouterLink, useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Address, NumberName } from "./address";

export function Link({ to, className, children }: { to: Address; className?: string; children: ReactNode }) {
  return (
    <RouterLink to={to} className={className}>
      {children}
    </RouterLink>
  );
}

/** Leaves for another page once something is done. */
export function useGo(): (to: Address) => void {
  const navigate = useNavigate();
  return (to) => void navigate({ to });
}

/** A number in the address of this page. */
export const useNumber = (name: NumberName): number => Number(useParams({ strict: false })[name]);
