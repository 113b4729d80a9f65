import { expect, test } from "vitest";
import { daysLate, grouped, type Waiting } from "./grouped";

const AT = "2026-11-20T10:00:00+08:00";
const item = (due_at: string | null): Waiting => ({ due_at }) as Waiting;

test("what waits stands under its urgency: overdue at its very instant, this week up to seven days, later, without a date", () => {
  const groups = grouped(
    [
      item("2026-11-20T10:00:00+08:00"),
      item("2026-11-27T10:00:00+08:00"),
      item("2026-11-27T10:00:01+08:00"),
      item(null),
    ],
    AT,
  );
  expect(Object.values(groups).map((group) => group.map(({ due_at }) => due_at))).toEqual([
    ["2026-11-20T10:00:00+08:00"],
    ["2026-11-27T10:00:00+08:00"],
    ["2026-11-27T10:00:01+08:00"],
    [null],
  ]);
});

test("days overdue are whole days", () => {
  expect([daysLate("2026-11-19T10:00:01+08:00", AT), daysLate("2026-11-19T10:00:00+08:00", AT)]).toEqual([0, 1]);
  expect(daysLate("2026-11-21T10:00:00+08:00", AT)).toBeLessThan(0);
});
