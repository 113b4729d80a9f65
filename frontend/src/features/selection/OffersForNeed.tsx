export { OffersForNeed as default } from "./RankingPage";
