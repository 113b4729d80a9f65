import type { components } from "../api/schema.gen";
import type { Address } from "./address";

/** Where a thing that waits, or that somebody is told of, is opened. */
export const PAGES: Record<components["schemas"]["Thing"], (id: number) => Address> = {
  need: (id) => `/needs/${id}`,
  offer: (id) => `/offers/${id}`,
  survey: (id) => `/surveys/${id}`,
  responses: (wave_id) => `/surveys/waves/${wave_id}/responses`,
  figures: (survey_id) => `/surveys/${survey_id}/figures`,
  round: (id) => `/rounds/${id}`,
  tender: (id) => `/tenders/${id}`,
  result: (id) => `/tenders/${id}/result`,
  colleague: () => "/colleagues",
  account: () => "/account",
  party: (id) => `/organizations/${id}`,
  registration: (id) => `/registrations/${id}`,
  bid: (id) => `/bids/${id}`,
  panel: (id) => `/panels/${id}`,
  assessment: (id) => `/assessments/${id}`,
  sheet: (id) => `/assessments/${id}/sheet`,
  rating: (id) => `/ratings/${id}`,
  contract: (id) => `/contracts/${id}`,
  spot_checks: () => "/spot-checks",
  inspection_draws: () => "/inspections",
  inspection_draw: (id) => `/inspections/${id}`,
};
