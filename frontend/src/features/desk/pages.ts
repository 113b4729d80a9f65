import type { components } from "../../api/schema.gen";
import type { Address } from "../../ui/address";

/** Where a thing that waits is opened. */
export const PAGES: Record<components["schemas"]["Thing"], (id: number) => Address> = {
  need: (id) => `/needs/${id}`,
  offer: (id) => `/offers/${id}`,
  survey: (id) => `/surveys/${id}`,
  responses: (wave_id) => `/surveys/waves/${wave_id}/responses`,
  round: (id) => `/rounds/${id}`,
  tender: (id) => `/tenders/${id}`,
  result: (id) => `/tenders/${id}/result`,
  colleague: () => "/colleagues",
  account: () => "/account",
  party: (id) => `/organizations/${id}`,
  registration: (id) => `/registrations/${id}`,
  bid: (id) => `/bids/${id}`,
  panel: (id) => `/panels/${id}`,
  contract: (id) => `/contracts/${id}`,
};

/** By room and verb, the part of that page where it is done. */
export const PARTS: Partial<Record<string, string>> = {
  "tenders.answer": "enquiries",
  "objections.reject": "objections",
};
