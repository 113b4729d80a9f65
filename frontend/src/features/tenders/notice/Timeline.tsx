import { Steps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import { serverNow } from "../../../api/send";
import { Deadline } from "../../../ui/Deadline";

/** The dates of a notice, each with the rule behind a link. */
export function Timeline({ of }: { of: { deadlines: components["schemas"]["TenderRead"]["deadlines"] } }) {
  const { t } = useTranslation();
  const [now] = useState(serverNow);
  const at = of.deadlines.findIndex((deadline) => new Date(deadline.at) > now);
  if (of.deadlines.length === 0) return null;
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{t("tenders.timeline")}</h2>
      <Steps
        className="timeline"
        orientation="vertical"
        size="small"
        current={at < 0 ? of.deadlines.length : at}
        items={of.deadlines.map((deadline) => ({
          title: t(`tenders.date.${deadline.name}`),
          content: (
            <>
              <Deadline at={deadline.at} />
              <details className="because">
                <summary>{t("notice.because")}</summary>
                {deadline.rule}
              </details>
            </>
          ),
        }))}
      />
    </section>
  );
}
