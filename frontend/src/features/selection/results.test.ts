import { describe, expect, it } from "vitest";
import { type Certificate, type Checked, factsOf, found, ranksTogether, reasonsIn, sentenceOf } from "./certificate";
import { type Fairness, mostTaken, sharePercent, type Tally, verdictOn } from "./fairness";
import zh from "./zh.json";

const titles: Record<string, string> = { N1: "老年助餐", N2: "放学托管", O1: "助餐点运营", O2: "四点半课堂" };
const title = (key: string): string => titles[key] ?? key;
const row = (seeker: string, provider: string, reason: string, more: Partial<Checked> = {}): Checked => ({
  seeker,
  provider,
  seeker_rank: 1,
  provider_rank: 1,
  reason,
  ...more,
});
const rows = [
  row("N1", "O1", "together"),
  row("N1", "O2", "seeker_prefers_own", { own: "O1", own_rank: 1 }),
  row("N2", "O2", "together"),
  row("N2", "O1", "provider_prefers_seated", { last_rank: 1 }),
];

describe("a certificate", () => {
  it("counts its reasons", () => {
    expect(reasonsIn(rows)[0]).toEqual({ reason: "together", count: 2 });
  });

  it("is searched by titles, keys and reasons", () => {
    expect(found(rows, null, "助餐点", title)).toEqual([rows[0], rows[3]]);
    expect(found(rows, "together", "n2", title)).toEqual([rows[2]]);
    expect(found(rows, null, "助餐 课堂", title)).toEqual([rows[1]]);
  });

  it("knows the ranks of those that are together", () => {
    const certificate: Certificate = { stable: true, capacities: [], faults: [], pairs: rows, blocking: [] };
    expect([...ranksTogether(certificate).keys()]).toEqual(["N1 O1", "N2 O2"]);
  });

  it("names what a pair got in place of its key", () => {
    expect(factsOf(rows[1] as Checked, title)).toMatchObject({ own: "助餐点运营", own_rank: 1 });
  });

  it("has a sentence for every reason there is", () => {
    const reasons = [
      "together",
      "seeker_prefers_own",
      "seeker_indifferent",
      "provider_without_places",
      "provider_prefers_seated",
      "provider_indifferent",
    ];
    const sentences = [
      ...reasons.map((reason) => row("N1", "O1", reason)),
      row("N1", "O1", "blocks", { because: "free_place" }),
      row("N1", "O1", "blocks", { because: "preferred_to" }),
    ].map(sentenceOf);
    expect(sentences.map((key) => key.replace("selection.checked.", "")).filter((key) => !(key in zh.checked))).toEqual(
      [],
    );
  });
});

const tally = (share: string, few = false): Tally => ({
  members: 20,
  mutual: 20,
  matched: 10,
  places: 20,
  taken: 10,
  share,
  mean_rank: "1.20",
  few,
});
const report = (small: Tally | null, large: Tally | null): Fairness => ({
  needs: { ...tally("1.000"), members: 87 },
  offers: { ...tally("0.596"), places: 146 },
  by_district: [],
  by_street: [],
  by_size: [
    ...(large ? [{ size: "large" as const, tally: large }] : []),
    ...(small ? [{ size: "small" as const, tally: small }] : []),
  ],
  small_up_to: 2,
});

describe("small organisations against large ones", () => {
  it.each([
    ["0.600", "0.650", "alike"],
    ["0.400", "0.650", "small_behind"],
    ["0.700", "0.500", "large_behind"],
  ])("%s against %s is %s", (small, large, verdict) => {
    expect(verdictOn(report(tally(small), tally(large))).verdict).toBe(verdict);
  });

  it("are not compared when one of them is few, or all are of one size", () => {
    expect(verdictOn(report(tally("0.100", true), tally("0.900"))).verdict).toBe("too_few");
    expect(verdictOn(report(tally("0.100"), null)).verdict).toBe("one_size");
  });
});

describe("shares", () => {
  it("say how much can be taken where needs are scarcer than places", () => {
    expect(mostTaken(report(tally("0.5"), tally("0.5")))).toBeCloseTo(87 / 146);
  });
  it("are whole per cent, or a dash", () => {
    expect([sharePercent("0.596"), sharePercent(null)]).toEqual(["60%", "—"]);
  });
});
