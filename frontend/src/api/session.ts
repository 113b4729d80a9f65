/** Who is signed in, in which membership, and what this installation is: /api/v1/session. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { forgetDrafts, keepDraftsFor } from "./drafts";
import { request } from "./request";
import type { components } from "./schema.gen";

export type Role = components["schemas"]["Role"];
export type DemonstrationAccount = components["schemas"]["DemonstrationAccount"];
type Seat = components["schemas"]["MembershipRead"];
export type Session = components["schemas"]["SessionRead"];

const ADDRESS = "/api/v1/session";
const KEY = ["session"];

async function readSession(): Promise<Session> {
  const session = await request<Session>(ADDRESS);
  keepDraftsFor(session.account_id);
  return session;
}

export const sessionQuery = { queryKey: KEY, queryFn: readSession, staleTime: 5 * 60_000 };

export const useSession = () => useQuery(sessionQuery);

export const partyName = (party: components["schemas"]["PartyBrief"] | null, language: string): string =>
  (language === "en" && party?.name_en) || (party?.name_zh ?? "");

/** In which role somebody acts and, of an organisation's people, what they may do in its name. */
export const seatName = ({ role, mandate }: Pick<Seat, "role" | "mandate">, t: TFunction): string =>
  mandate ? `${t(`role.${role}`)} · ${t(`mandate.${mandate}`)}` : t(`role.${role}`);

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
export const useSignOut = () => useChange(() => request(ADDRESS, { method: "DELETE" }).then(forgetDrafts));
export const useActAs = () =>
  useChange((membershipId: number) =>
    request(`${ADDRESS}/switch`, { method: "POST", body: { membership_id: membershipId } }),
  );
