import { expect, test } from "vitest";
import { sumOf } from "./Sum";

const line = (price: string, quantity: string) => ({ unit_price: { amount: price }, quantity });

test("budget lines add up in whole cents, each line to the cent, as the server does", () => {
  expect(sumOf([line("2000.00", "10"), line("0.01", "0.5"), line("33.33", "3")])).toBe("20100.00");
  expect(sumOf([line("9999999.99", "99.99")])).toBe("999899999.00");
});

test("a line that is not complete adds nothing", () => {
  expect(sumOf([undefined, { unit_price: null, quantity: "3" }, { unit_price: { amount: "5" }, quantity: null }])).toBe(
    "0.00",
  );
});
