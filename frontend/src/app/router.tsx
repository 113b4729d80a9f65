import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from "@tanstack/react-router";
import type { QueryClient } from "@tanstack/react-query";
import { Faulty, Lost } from "./Lost";
import { pages } from "./pages";
import { sessionQuery } from "../api/session";
import { Shell } from "./Shell";

/** Anonymous people are led to the sign-in page and back; a server that does not answer shows its refusal there. */
function signedInOnly(cache: QueryClient) {
  return async ({ location }: { location: { href: string } }) => {
    const session = await cache.ensureQueryData(sessionQuery).catch(() => null);
    if (!session?.account_id) throw redirect({ to: "/sign-in", search: { next: location.href } });
  };
}

/** An address with anything else where a number should be is none of ours. */
function numbersOnly(params: object): void {
  if (!Object.values(params).every((value) => /^\d+$/.test(String(value)))) throw notFound();
}

export function routerOf(cache: QueryClient) {
  const root = createRootRoute({ component: Shell, notFoundComponent: Lost, errorComponent: Faulty });
  const guard = signedInOnly(cache);
  const children = pages.map(({ path, load, open }) =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(load),
      beforeLoad: async ({ params, location }) => {
        numbersOnly(params);
        if (!open) await guard({ location });
      },
    }),
  );
  return createRouter({
    routeTree: root.addChildren(children),
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: Faulty,
  });
}
