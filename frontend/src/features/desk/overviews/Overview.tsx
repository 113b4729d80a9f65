import { type ComponentType, lazy, Suspense } from "react";
import type { components } from "../../../api/schema.gen";
import { Pending } from "../../../ui/Pending";
import "./overviews.css";

type Name = components["schemas"]["Overview"];

const SHOWN: Record<Name, ComponentType> = {
  season: lazy(() => import("./Season")),
  communities: lazy(() => import("./Communities")),
  contracts: lazy(() => import("./Contracts")),
  installation: lazy(() => import("./Installation")),
};

/** What the reader looks after, fetched once the desk is there; the server says which of these it is. */
export function Overview({ of }: { of: Name }) {
  const Shown = SHOWN[of];
  return (
    <Suspense fallback={<Pending />}>
      <Shown />
    </Suspense>
  );
}
