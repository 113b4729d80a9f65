/** Inputs that hold what the API takes: amounts as decimal text, days as "2026-12-01", instants with their zone. */
import { DatePicker, type DatePickerProps, InputNumber } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import type { MoneyValue } from "../format";

type Held<Value> = { id?: string; value?: Value | null | undefined; onChange?: (value: Value | null) => void };

const DAY = "YYYY-MM-DD";
const MINUTE = "YYYY-MM-DD HH:mm";
const SHANGHAI = "+08:00";

/** Yuan and fen: {"amount": "12000.00", "currency": "CNY"}; cleared it is null. */
export function MoneyInput({ id, value, onChange, min = "0" }: Held<MoneyValue> & { min?: string }) {
  const { t } = useTranslation();
  return (
    <InputNumber<string>
      {...(id !== undefined && { id })}
      className="input-money"
      stringMode
      precision={2}
      min={min}
      inputMode="decimal"
      suffix={t("ui.form.yuan")}
      formatter={(shown) => (shown ? shown.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ",") : "")}
      parser={(typed) => (typed ?? "").replace(/[,，\s]/g, "")}
      value={value?.amount ?? null}
      onChange={(amount) => onChange?.(amount ? { amount: String(amount), currency: "CNY" } : null)}
    />
  );
}

/** A calendar. Enter opens it or takes the day typed there; a browser would also send the form it stands in. */
function Calendar(props: DatePickerProps<Dayjs, false>) {
  return (
    <span role="presentation" onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}>
      <DatePicker className="input-day" {...props} />
    </span>
  );
}

/** A day. */
export function DayInput({ id, value, onChange }: Held<string>) {
  return (
    <Calendar
      {...(id !== undefined && { id })}
      value={value ? dayjs(value) : null}
      onChange={(day) => onChange?.(day ? day.format(DAY) : null)}
    />
  );
}

/** An instant of Shanghai's clock, to the minute. */
export function MomentInput({ id, value, onChange }: Held<string>) {
  return (
    <Calendar
      {...(id !== undefined && { id })}
      showTime={{ format: "HH:mm", minuteStep: 5 }}
      format={MINUTE}
      value={value ? dayjs(inShanghai(value)) : null}
      onChange={(moment) => onChange?.(moment ? `${moment.format("YYYY-MM-DDTHH:mm:00")}${SHANGHAI}` : null)}
    />
  );
}

/** What Shanghai's clock shows at an instant, as text without a zone: the picker must not think in the browser's. */
export function inShanghai(at: string): string {
  return new Date(new Date(at).getTime() + 8 * 3_600_000).toISOString().slice(0, 19);
}

/** A number with up to two decimals, as decimal text. */
export function DecimalInput({ id, value, onChange }: Held<string>) {
  return (
    <InputNumber<string>
      {...(id !== undefined && { id })}
      className="input-count"
      stringMode
      min="0"
      inputMode="decimal"
      value={value ?? null}
      onChange={(number) => onChange?.(number === null ? null : String(number))}
    />
  );
}

/** A month: "2027-03". */
export function MonthInput({ id, value, onChange }: Held<string>) {
  return (
    <Calendar
      {...(id !== undefined && { id })}
      picker="month"
      value={value ? dayjs(`${value}-01`) : null}
      onChange={(month) => onChange?.(month ? month.format("YYYY-MM") : "")}
    />
  );
}
