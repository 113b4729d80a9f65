import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { dayText } from "../../ui/format";

type Bar = components["schemas"]["BarRead"];

/** For buyers, in one line: whether what is recorded lets it bid, and if not, why and until when. */
export function MayBid({ bars }: { bars: readonly Bar[] }) {
  const { t } = useTranslation();
  const because = useReasons(bars);
  if (bars.length === 0) return <p className="soft">{t("parties.may_bid")}</p>;
  return (
    <Alert
      type="warning"
      showIcon
      title={t("parties.may_not_bid")}
      description={
        <ul>
          {because.map((why) => (
            <li key={why}>{why}</li>
          ))}
        </ul>
      }
    />
  );
}

function useReasons(bars: readonly Bar[]): string[] {
  const { t, i18n } = useTranslation();
  return bars.map(({ kind, value, until, is_given }) => {
    const why = `${t(`rooms.records.kind.${kind}`)} · ${t(`rooms.records.value.${value}`)}`;
    const barred = until
      ? t("parties.barred_until", { why, until: dayText(until, i18n.language) })
      : t("parties.barred_until_passed", { why });
    return is_given ? barred : `${barred} · ${t("parties.term_not_given")}`;
  });
}
