/** Who is signed in, in which membership, and what this installation is: /api/v1/session. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./request";

export type Role =
  | "resident"
  | "committee"
  | "street"
  | "organization"
  | "purchaser"
  | "judge"
  | "evaluator"
  | "auditor"
  | "admin";
export type PartyBrief = { id: number; kind: string; name_zh: string; name_en: string };
/** `area` is the prefix of the area codes answered for ("" = none). */
export type Membership = { id: number; role: Role; area: string; party: PartyBrief | null };
export type DemonstrationAccount = {
  username: string;
  display_name: string;
  password: string;
  role: Role;
  party_zh: string | null;
  party_en: string | null;
};
export type Session = {
  account_id: number | null;
  username: string | null;
  display_name: string | null;
  role: Role;
  current: Membership | null;
  memberships: Membership[];
  demonstration: boolean;
  demonstration_accounts: DemonstrationAccount[];
  actions: string[];
};

const ADDRESS = "/api/v1/session";
const KEY = ["session"];

export const sessionQuery = { queryKey: KEY, queryFn: () => request<Session>(ADDRESS), staleTime: 5 * 60_000 };

export const useSession = () => useQuery(sessionQuery);

export const partyName = (party: PartyBrief | null, language: string): string =>
  (language === "en" && party?.name_en) || (party?.name_zh ?? "");

/** After signing in, out or changing the role, everything seen before may look different. */
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
    request(`${ADDRESS}/switch`, { method: "POST", body: { membership_id: membershipId } }),
  );
