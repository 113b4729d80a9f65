import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { refusalOf } from "../../../api/refusal";
import type { components } from "../../../api/schema.gen";
import type { Definition } from "../responses/answered";
import type { Engine } from "./typed";
import { useSheet } from "./useSheet";

/** From field to field by Enter and the arrow keys; what is wrong takes the focus back. */
export function useKeyed(wave: components["schemas"]["WaveRead"], definition: Definition, engine: Engine) {
  const form = useRef<HTMLFormElement>(null);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const sheets = useSheet(wave, definition, engine);
  const { entry, twice, first, save } = sheets;
  const fields = (): HTMLElement[] => [...(form.current?.querySelectorAll<HTMLElement>("[data-entry]") ?? [])];
  const focus = (name: string): void => {
    const field = fields().find(({ dataset }) => dataset["entry"] === name);
    field?.focus();
    if (field instanceof HTMLInputElement) field.select();
  };
  const step = (from: HTMLElement, by: 1 | -1): void => {
    const all = fields();
    all[Math.max(0, all.indexOf(from) + by)]?.focus();
  };
  const leave = (name: string): void => setLeft((before) => new Set([...before, name]));
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const { key, currentTarget: field } = event;
    const by = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[key] as 1 | -1 | undefined;
    if (by === undefined || event.nativeEvent.isComposing) return;
    event.preventDefault();
    const name = field.dataset["entry"] ?? "";
    leave(name);
    if (key !== "Enter" || !entry.faults.has(name)) step(field, by);
    else field.select(); // typed again, it is replaced
  };
  const begin = (): void => {
    setLeft(new Set());
    focus("serial");
  };
  const refuse = (error: unknown): void => focus(refusalOf(error).rows[0]?.column ?? "serial");
  const send = (event: FormEvent): void => {
    event.preventDefault();
    setLeft(new Set(entry.faults.keys()));
    const [wrong] = [...entry.faults.keys(), ...(first ? sheets.compared() : [])];
    if (wrong !== undefined) focus(wrong);
    else if (twice && first === null) {
      sheets.again();
      begin();
    } else void sheets.send().then(begin, refuse);
  };
  const refusal = save.error ? refusalOf(save.error) : null;
  return { form, sheets, left, leave, onKeyDown, send, refusal };
}
