import { expect, test } from "vitest";
import type { Address } from "../ui/address";
import { fileAt } from "./paths";

test("a file's address has its parts filled in and its choices behind it", () => {
  expect(fileAt("/api/v1/needs/export", {}, { format: "xlsx", headings: "en", q: "" })).toBe(
    "/api/v1/needs/export?format=xlsx&headings=en",
  );
  expect(fileAt("/api/v1/awards/results/{tender_id}/paper", { tender_id: 7 }, { format: "pdf" })).toBe(
    "/api/v1/awards/results/7/paper?format=pdf",
  );
});

test("what the API or the house does not know does not compile", () => {
  // @ts-expect-error no such heading
  fileAt("/api/v1/needs/export", {}, { headings: "fr" });
  // @ts-expect-error no such choice
  fileAt("/api/v1/parties/export", {}, { legal_kind: "company" });
  // @ts-expect-error no such file
  fileAt("/api/v1/surveys/export", {}, {});
  // @ts-expect-error which tender?
  fileAt("/api/v1/awards/results/{tender_id}/paper", {}, {});
  const pages: Address[] = ["/needs", `/needs/${5}/ranking`];
  // @ts-expect-error no such page
  pages.push("/need");
  // @ts-expect-error numbers stand in addresses
  pages.push(`/needs/${"five" as string}`);
  expect(pages).toHaveLength(4);
});
