import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import { draftOf, keepDraft } from "../../../api/drafts";
import type { components } from "../../../api/schema.gen";
import type { Definition } from "../responses/answered";
import { type Engine, type Entry, type Texts, differing, entryOf } from "./typed";

type Wave = components["schemas"]["WaveRead"];
type Body = components["schemas"]["ResponseEnter"];
/** One sheet under the keys. `community`: null where its number says it. */
export type Sheet = { serial: string; community: string | null; texts: Texts };
export type Done = { id: number; serial: string; receipt: string | null };

const blank = (community: string | null): Sheet => ({ serial: "", community, texts: {} });

/** The sheet that is typed, those that were saved, and (`twice`) the first reading of one that is typed again. */
export function useSheet(wave: Wave, definition: Definition, engine: Engine) {
  const draft = `entry ${wave.id}`;
  const cache = useQueryClient();
  const [sheet, setSheet] = useState<Sheet>(() => draftOf<Sheet>(draft)?.body ?? blank(null));
  const [done, setDone] = useState<readonly Done[]>([]);
  const [twice, setTwice] = useState(false);
  const [first, setFirst] = useState<Entry["answers"] | null>(null);
  const [differs, setDiffers] = useState<readonly string[]>([]);
  const entry = entryOf(definition, sheet.texts, engine);
  const save = $api.useMutation("post", "/api/v1/surveys/waves/{wave_id}/enter", {
    onSuccess: ({ response, receipt_code }) => {
      setDone((before) => [{ id: response.id, serial: sheet.serial, receipt: receipt_code }, ...before]);
      setFirst(null);
      setDiffers([]);
      change(blank(sheet.community));
      void cache.invalidateQueries();
    },
  });
  const change = (next: Sheet): void => {
    if (save.isError) save.reset(); // what was refused has been typed otherwise
    setSheet(next);
    keepDraft(draft, next.serial || Object.keys(next.texts).length > 0 ? { version: 0, body: next } : null);
  };
  const again = (): void => {
    setFirst(entry.answers);
    change({ ...sheet, texts: {} });
  };
  /** Questions to be looked at once more, since the second reading has them otherwise; said once. */
  const compared = (): string[] => {
    const found = first && differs.length === 0 ? differing(first, entry.answers) : [];
    setDiffers(found);
    return found;
  };
  const body = {
    community_code: sheet.community,
    serial: sheet.serial.trim() || null,
    answers: entry.answers as Body["answers"],
  };
  const send = (): Promise<unknown> => save.mutateAsync({ params: { path: { wave_id: wave.id } }, body });
  return { sheet, change, entry, done, twice, setTwice, first, again, differs, compared, save, send };
}
