import { ClockCircleOutlined } from "@ant-design/icons";
import { Tooltip } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../api/send";
import { endOfDay, endText, isDay } from "./format";
import "./deadline.css";

const MINUTE = 60_000;
const SOON = 72 * 60 * MINUTE;

export type TimeLeft = { past: boolean; soon: boolean; days: number; hours: number; minutes: number };

/** Whole days, hours and minutes until `at` (an instant, or a day, which lasts until its end in Shanghai). */
export function timeLeft(at: string, now: Date): TimeLeft {
  const end = isDay(at) ? endOfDay(at) : new Date(at);
  const left = end.getTime() - now.getTime();
  const minutes = Math.max(0, Math.floor(left / MINUTE));
  return {
    past: left <= 0,
    soon: left > 0 && left <= SOON,
    days: Math.floor(minutes / 1440),
    hours: Math.floor((minutes % 1440) / 60),
    minutes: minutes % 60,
  };
}

function useLeftText(left: TimeLeft): string {
  const { t } = useTranslation();
  if (left.past) return t("ui.deadline.past");
  if (left.days > 0) return t("ui.deadline.days", { days: left.days, hours: left.hours });
  if (left.hours > 0) return t("ui.deadline.hours", { hours: left.hours, minutes: left.minutes });
  return t("ui.deadline.minutes", { minutes: left.minutes });
}

function useNow(fixed: Date | undefined): Date {
  const [now, setNow] = useState(() => fixed ?? serverNow());
  useEffect(() => {
    if (fixed) return;
    const tick = setInterval(() => setNow(serverNow()), MINUTE);
    return () => clearInterval(tick);
  }, [fixed]);
  return fixed ?? now;
}

type Props = {
  at: string | null | undefined;
  /** The rule the date comes from, as a sentence; on a line of its own, or only as a tooltip when `compact`. */
  rule?: string | undefined;
  label?: string;
  compact?: boolean;
  provisional?: boolean;
  now?: Date;
};

/** A date that binds somebody: when, how long until then, and by which rule. */
export function Deadline({ at, ...rest }: Props) {
  const { t } = useTranslation();
  return at ? <Dated at={at} {...rest} /> : <span className="soft">{t("ui.deadline.none")}</span>;
}

function Dated({ at, rule, label, compact = false, provisional = false, now: fixed }: Props & { at: string }) {
  const { t, i18n } = useTranslation();
  const left = timeLeft(at, useNow(fixed));
  const state = left.past ? "past" : left.soon ? "soon" : "calm";
  const text = useLeftText(left);
  const line = (
    <span className={`deadline deadline-${state}`}>
      {label && <span className="soft">{label} </span>}
      <time dateTime={at} className="figures">
        {endText(at, i18n.language)}
      </time>{" "}
      <span className="deadline-left">
        <ClockCircleOutlined aria-hidden /> {text}
      </span>
      {provisional && <span className="soft"> {t("ui.deadline.provisional")}</span>}
    </span>
  );
  if (!rule) return line;
  if (compact) {
    return (
      <Tooltip title={rule} trigger={["hover", "focus"]}>
        <button type="button" className="deadline-why">
          {line}
        </button>
      </Tooltip>
    );
  }
  return (
    <span className="deadline-block">
      {line}
      <span className="deadline-rule">{t("ui.deadline.rule", { rule })}</span>
    </span>
  );
}
