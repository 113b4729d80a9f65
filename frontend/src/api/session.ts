/** Who is signed in and what this installation is: GET/POST/DELETE /api/v1/session. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./request";

export const ROLES = ["committee", "street", "organization", "purchaser", "judge", "evaluator", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];

export type Membership = { id: number; role: Role; party: { id: number; name: string } | null };
export type Account = { id: number; username: string; name: string; memberships: Membership[]; membership_id: number | null };
export type DemonstrationAccount = { username: string; password: string; name: string; role: Role };
export type Session = {
  account: Account | null;
  demonstration: boolean;
  demonstration_accounts?: DemonstrationAccount[];
};

const ADDRESS = "/api/v1/session";
const KEY = ["session"];

export const sessionQuery = { queryKey: KEY, queryFn: () => request<Session>(ADDRESS), staleTime: 5 * 60_000 };

export const useSession = () => useQuery(sessionQuery);

/** The membership the signed-in person acts in now. */
export function membershipOf(session: Session | undefined): Membership | null {
  const account = session?.account;
  return account?.memberships.find(({ id }) => id === account.membership_id) ?? account?.memberships[0] ?? null;
}

/** After signing in, out or changing the role everything seen before may look different. */
function useChange<T>(change: (wanted: T) => Promise<unknown>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await cache.fetchQuery({ ...sessionQuery, staleTime: 0 });
      cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
    },
  });
}

export const useSignIn = () =>
  useChange((given: { username: string; password: string }) => request(ADDRESS, { method: "POST", body: given }));
export const useSignOut = () => useChange(() => request(ADDRESS, { method: "DELETE" }));
export const useActAs = () =>
  useChange((membershipId: number) =>
    request(`${ADDRESS}/membership`, { method: "PUT", body: { membership_id: membershipId } }),
  );
