/** Links between the pages: the router's own, held to the addresses there are. */
import { Link as RouterLink, useParams, useRouter } from "@tanstack/react-router";
import type { MouseEventHandler, ReactNode } from "react";
import type { Address, NumberName } from "./address";

type Props = {
  to: Address;
  search?: Record<string, string>;
  hash?: string;
  className?: string;
  onClick?: MouseEventHandler;
  children: ReactNode;
};

/** `search`: the filters of that page; `hash`: the part of it to be shown, see `useArrival`. */
export function Link({ to, search, hash, className, onClick, children }: Props) {
  return (
    <RouterLink
      to={to}
      {...(search && { search })}
      {...(hash !== undefined && { hash })}
      className={className}
      onClick={onClick}
    >
      {children}
    </RouterLink>
  );
}

/** Leaves for another page once something is done. */
export function useGo(): (to: Address) => void {
  const router = useRouter({ warn: false }); // parts of pages are tested without one
  return (to) => void router.navigate({ to });
}

/** A number in the address of this page. */
export const useNumber = (name: NumberName): number => Number(useParams({ strict: false })[name]);
