/**
 * Every page of the house on one page. `roles` says in whose menu it stands (not who may: the server knows that);
 * `open` pages need no account, and those with a `menu` also stand in the public menu; without `menu` a page is reached
 * through another one.
 */
import {
  AppstoreOutlined,
  BulbOutlined,
  DashboardOutlined,
  FileProtectOutlined,
  FileSearchOutlined,
  FileTextOutlined,
  FormOutlined,
  HomeOutlined,
  IdcardOutlined,
  ShopOutlined,
  SolutionOutlined,
  SwapOutlined,
  TeamOutlined,
  TrophyOutlined,
  UnorderedListOutlined,
} from "@ant-design/icons";
import type { ComponentType } from "react";
import type { Role } from "../api/session";

export type PageEntry = {
  path: string;
  /** Words of the menu and the address bar: t("nav.<key>"). */
  key: string;
  load: () => Promise<{ default: ComponentType }>;
  icon?: ComponentType;
  menu?: "work" | "season" | "reference";
  roles?: readonly Role[];
  open?: boolean;
};

const PAGES = [
  { path: "/", key: "portal", open: true, icon: HomeOutlined, load: () => import("../features/portal/Portal") },
  { path: "/search", key: "search", open: true, load: () => import("../features/search/SearchPage") },
  { path: "/desk", key: "desk", menu: "work", icon: AppstoreOutlined, load: () => import("../features/desk/Desk") },
  {
    path: "/needs",
    key: "needs",
    open: true,
    menu: "season",
    icon: UnorderedListOutlined,
    load: () => import("../features/needs/NeedList"),
  },
  {
    path: "/needs/unmet",
    key: "needs_unmet",
    open: true,
    menu: "season",
    icon: BulbOutlined,
    load: () => import("../features/needs/UnmetList"),
  },
  { path: "/needs/$need_id/offer", key: "offer_for_need", load: () => import("../features/offers/OfferForNeed") },
  { path: "/needs/new", key: "need_new", load: () => import("../features/needs/NeedNew") },
  { path: "/needs/$need_id/edit", key: "need_edit", load: () => import("../features/needs/NeedEdit") },
  { path: "/needs/$need_id", key: "need", open: true, load: () => import("../features/needs/NeedPage") },
  { path: "/needs/$need_id/ranking", key: "ranking", load: () => import("../features/selection/OffersForNeed") },
  {
    path: "/surveys/$survey_id/figures",
    key: "survey_figures",
    open: true,
    load: () => import("../features/surveys/SurveyFigures"),
  },
  {
    path: "/offers",
    key: "offers",
    open: true,
    menu: "season",
    icon: ShopOutlined,
    load: () => import("../features/offers/OfferList"),
  },
  { path: "/offers/new", key: "offer_new", load: () => import("../features/offers/OfferNew") },
  { path: "/offers/$offer_id/edit", key: "offer_edit", load: () => import("../features/offers/OfferEdit") },
  { path: "/offers/$offer_id/copy", key: "offer_copy", load: () => import("../features/offers/OfferCopy") },
  { path: "/offers/$offer_id", key: "offer", open: true, load: () => import("../features/offers/OfferPage") },
  {
    path: "/organizations",
    key: "organizations",
    open: true,
    menu: "season",
    icon: TeamOutlined,
    load: () => import("../features/parties/OrganizationList"),
  },
  {
    path: "/organizations/$party_id",
    key: "organization",
    open: true,
    load: () => import("../features/parties/OrganizationPage"),
  },
  { path: "/listed", key: "listed", open: true, load: () => import("../features/parties/Listed") },
  { path: "/offers/$offer_id/ranking", key: "ranking", load: () => import("../features/selection/NeedsForOffer") },
  {
    path: "/surveys",
    key: "surveys",
    menu: "season",
    roles: ["committee", "street", "purchaser"],
    icon: FormOutlined,
    load: () => import("../features/surveys/SurveyList"),
  },
  { path: "/surveys/new", key: "new_survey", load: () => import("../features/surveys/NewSurvey") },
  { path: "/surveys/$survey_id", key: "survey", load: () => import("../features/surveys/SurveyPage") },
  { path: "/surveys/$survey_id/edit", key: "edit_survey", load: () => import("./SurveyEditorPage") },
  {
    path: "/surveys/waves/$wave_id/responses",
    key: "responses",
    load: () => import("../features/surveys/responses/ResponsesPage"),
  },
  {
    path: "/surveys/responses/$response_id",
    key: "response",
    load: () => import("../features/surveys/responses/ResponsePage"),
  },
  { path: "/surveys/waves/$wave_id/enter", key: "enter_answers", load: () => import("./EnterAnswersPage") },
  {
    path: "/surveys/$survey_id/results",
    key: "survey_results",
    load: () => import("../features/surveys/SurveyResults"),
  },
  {
    path: "/rounds",
    key: "rounds",
    open: true,
    menu: "season",
    icon: SwapOutlined,
    load: () => import("../features/selection/RoundList"),
  },
  { path: "/rounds/$round_id", key: "round", open: true, load: () => import("../features/selection/RoundPage") },
  {
    path: "/tenders",
    key: "tenders",
    open: true,
    menu: "season",
    icon: FileSearchOutlined,
    load: () => import("../features/tenders/TenderList"),
  },
  { path: "/rounds/new", key: "new_round", load: () => import("../features/selection/RoundNew") },
  { path: "/tenders/new", key: "new_tender", load: () => import("../features/tenders/notice/NoticeEditor") },
  { path: "/tenders/$tender_id", key: "tender", open: true, load: () => import("../features/tenders/TenderPage") },
  {
    path: "/tenders/$tender_id/edit",
    key: "edit_tender",
    load: () => import("../features/tenders/notice/NoticeEditor"),
  },
  {
    path: "/tenders/$tender_id/amend",
    key: "amend_tender",
    load: () => import("../features/tenders/notice/NoticeAmend"),
  },
  {
    path: "/tenders/$tender_id/eligibility",
    key: "eligibility",
    load: () => import("../features/tenders/notice/EligibilityPage"),
  },
  {
    path: "/tenders/$tender_id/bids",
    key: "bids",
    open: true,
    load: () => import("../features/tenders/notice/BidsPage"),
  },
  {
    path: "/tenders/$tender_id/result",
    key: "result",
    open: true,
    load: () => import("../features/tenders/ResultPage"),
  },
  {
    path: "/tenders/$tender_id/compare",
    key: "compare",
    open: true,
    load: () => import("../features/tenders/ComparisonPage"),
  },
  {
    path: "/bids",
    key: "bids",
    menu: "season",
    roles: ["organization"],
    icon: FileTextOutlined,
    load: () => import("../features/bids/BidList"),
  },
  { path: "/bids/$bid_id", key: "bid", load: () => import("../features/bids/BidPage") },
  { path: "/tenders/$tender_id/bid", key: "new_bid", load: () => import("../features/bids/NewBid") },
  { path: "/panels/$tender_id", key: "panel", load: () => import("../features/panels/PanelPage") },
  { path: "/panels/$tender_id/bids/$bid_id", key: "sheet", load: () => import("../features/panels/SheetPage") },
  {
    path: "/contracts",
    key: "contracts",
    menu: "season",
    roles: ["purchaser", "organization", "committee", "street", "evaluator", "auditor"],
    icon: FileProtectOutlined,
    load: () => import("../features/contracts/ContractList"),
  },
  { path: "/contracts/$contract_id", key: "contract", load: () => import("../features/contracts/ContractPage") },
  {
    path: "/spot-checks",
    key: "spot_checks",
    open: true,
    menu: "season",
    roles: ["purchaser"],
    icon: FileSearchOutlined,
    load: () => import("../features/contracts/SpotChecks"),
  },
  { path: "/spot-checks/$draw_id", key: "spot_draw", open: true, load: () => import("../features/contracts/SpotDraw") },
  {
    path: "/inspections",
    key: "inspections",
    open: true,
    load: () => import("../features/inspections/InspectionDraws"),
  },
  {
    path: "/inspections/$draw_id",
    key: "spot_draw",
    open: true,
    load: () => import("../features/inspections/InspectionDraw"),
  },
  {
    path: "/assessments",
    key: "assessments",
    menu: "season",
    roles: ["purchaser", "street", "committee", "judge", "evaluator"],
    icon: FormOutlined,
    load: () => import("../features/assessments/AssessmentList"),
  },
  {
    path: "/assessments/$assessment_id",
    key: "assessment",
    load: () => import("../features/assessments/AssessmentPage"),
  },
  {
    path: "/assessments/$assessment_id/sheet",
    key: "own_sheet",
    load: () => import("../features/assessments/OwnSheetPage"),
  },
  {
    path: "/ratings",
    key: "ratings",
    open: true,
    menu: "season",
    roles: ["purchaser", "organization"],
    icon: TrophyOutlined,
    load: () => import("../features/ratings/RatingList"),
  },
  { path: "/ratings/$rating_id", key: "rating", open: true, load: () => import("../features/ratings/RatingPage") },
  { path: "/register", key: "register", open: true, load: () => import("../features/registrations/Apply") },
  {
    path: "/register/receipt",
    key: "register_receipt",
    open: true,
    load: () => import("../features/registrations/Follow"),
  },
  {
    path: "/registrations",
    key: "registrations",
    menu: "season",
    roles: ["purchaser", "street"],
    icon: SolutionOutlined,
    load: () => import("../features/registrations/RegistrationList"),
  },
  {
    path: "/registrations/$registration_id",
    key: "registration",
    load: () => import("../features/registrations/RegistrationPage"),
  },
  {
    path: "/accounts",
    key: "accounts",
    menu: "work",
    roles: ["admin"],
    icon: IdcardOutlined,
    load: () => import("../features/accounts/AccountList"),
  },
  {
    path: "/installation",
    key: "installation",
    menu: "work",
    roles: ["admin"],
    icon: DashboardOutlined,
    load: () => import("../features/installation/InstallationPage"),
  },
  { path: "/season/$year", key: "season_report", load: () => import("../features/desk/overviews/SeasonReport") },
  { path: "/jobs", key: "jobs", load: () => import("../features/jobs/JobsPage") },
  { path: "/account", key: "account", load: () => import("./AccountPage") },
  { path: "/inbox", key: "inbox", load: () => import("../features/notifications/Inbox") },
  { path: "/colleagues", key: "colleagues", load: () => import("../features/accounts/Colleagues") },
  {
    path: "/forgot-password",
    key: "forgot_password",
    open: true,
    load: () => import("../features/accounts/ForgotPassword"),
  },
  { path: "/set-password", key: "set_password", open: true, load: () => import("../features/accounts/SetPassword") },
  { path: "/sign-in", key: "sign_in", open: true, load: () => import("./SignIn") },
] as const satisfies readonly PageEntry[];

export const pages: readonly PageEntry[] = PAGES;
/** The menu of people without an account. */
export const publicPages = pages.filter(({ open, menu, path }) => open && (menu || path === "/"));

/** The page whose menu entry is lit: the longest one the address begins with. */
export function lit(address: string): string | undefined {
  return pages
    .filter(({ menu, path }) => menu && (address === path || address.startsWith(`${path}/`)))
    .reduce<PageEntry | undefined>(
      (best, page) => (page.path.length > (best?.path.length ?? 0) ? page : best),
      undefined,
    )?.path;
}

declare module "../ui/address" {
  interface House {
    path: (typeof PAGES)[number]["path"];
  }
}
