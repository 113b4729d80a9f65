import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, expect, test } from "vitest";
import { useAutosave } from "./useAutosave";

beforeEach(() => localStorage.clear());

const around = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
);

test("what is saved while a save is under way goes out after it, on the version that it made", async () => {
  const sent: [string, number][] = [];
  const arrivals: (() => void)[] = [];
  const save = (body: string, version: number): Promise<number> => {
    sent.push([body, version]);
    return new Promise((resolve) => arrivals.push(() => resolve(version + 1)));
  };
  const { result } = renderHook(() => useAutosave<string>("sheet", 1, save), { wrapper: around });
  act(() => result.current.change("a mark"));
  const answers = await act(async () => {
    const first = result.current.saveNow();
    await Promise.resolve();
    result.current.change("two marks");
    const second = result.current.saveNow();
    await Promise.resolve();
    expect(sent).toEqual([["a mark", 1]]);
    arrivals.shift()?.();
    await first;
    await Promise.resolve();
    arrivals.shift()?.();
    return Promise.all([first, second]);
  });
  expect(sent).toEqual([
    ["a mark", 1],
    ["two marks", 2],
  ]);
  expect(answers).toEqual([false, true]);
});
