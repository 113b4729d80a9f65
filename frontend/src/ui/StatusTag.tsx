import { Tag } from "antd";
import { useTranslation } from "react-i18next";

type Tone = "quiet" | "open" | "good" | "wait" | "bad";

/** Words that say good or bad in any room; every other state is plain. The text always says it too. */
const TONES: Record<Tone, readonly string[]> = {
  quiet: ["draft", "closed", "ended", "withdrawn", "expired", "duplicate", "planned", "archived"],
  open: ["open", "published", "active", "tendering", "enquiries", "running", "ready", "in_progress", "performing"],
  good: [
    "valid",
    "accepted",
    "confirmed",
    "fulfilled",
    "awarded",
    "signed",
    "paid",
    "passed",
    "completed",
    "concluded",
    "willing",
    "eligible",
    "matched",
    "met",
    "contracted",
    "delivered",
    "noticed",
    "admitted",
    "approved",
  ],
  wait: [
    "submitted",
    "pending",
    "proposed",
    "evaluation",
    "standstill",
    "suspended",
    "waiting",
    "due",
    "tendered",
    "provisional",
    "unconfirmed",
    "half_signed",
    "reported",
    "held",
    "filed",
    "late",
    "asked",
  ],
  bad: [
    "invalid",
    "rejected",
    "declined",
    "ineligible",
    "unopened",
    "unevaluated",
    "unsuccessful",
    "cancelled",
    "terminated",
    "failed",
    "overdue",
    "lapsed",
    "recused",
    "missing",
    "not_met",
    "revoked",
    "denied",
    "unwilling",
    "refused",
    "returned",
  ],
};

const toneOf = (status: string): Tone =>
  (Object.keys(TONES) as Tone[]).find((tone) => TONES[tone].includes(status)) ?? "quiet";

/** A state in words, with a colour beside it. `room` picks words that one room says differently: its screens', or its own,
 * where it has several nouns those of one (`of`). */
export function StatusTag({ status, room, of = room }: { status: string; room?: string; of?: string }) {
  const { t } = useTranslation();
  const keys = room
    ? [`${room}.status.${status}`, `rooms.${room}.status.${of}.${status}`, `status.${status}`]
    : [`status.${status}`];
  return <Tag className={`status status-${toneOf(status)}`}>{t(keys)}</Tag>;
}
