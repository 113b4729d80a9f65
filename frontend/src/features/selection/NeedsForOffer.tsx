export { NeedsForOffer as default } from "./RankingPage";
