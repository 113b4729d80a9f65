/** The few words of the residents' pages, in both languages at once: a language switch must work without a network. */
import { createContext, useContext } from "react";
import type { Language } from "../api/refusal";
import en from "./words/en.json";
import zh from "./words/zh.json";

const WORDS = { zh, en };
type Key = Exclude<keyof typeof zh, "status">;
export type Say = (key: Key, facts?: Record<string, string | number>) => string;

export const Speech = createContext<Language>("zh");
export const useLanguage = (): Language => useContext(Speech);

export function useSay(): Say {
  const language = useLanguage();
  return (key, facts = {}) =>
    WORDS[language][key].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? ""));
}

export function statusText(status: string, language: Language): string {
  const known: Record<string, string> = WORDS[language].status;
  return known[status] ?? status;
}
