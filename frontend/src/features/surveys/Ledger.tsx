import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { momentText } from "../../ui/format";
import { Place } from "./Place";

/** What was handed out and taken back, entry by entry; asked for when it is opened. */
export function Ledger({ waveId }: { waveId: number }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const params = { params: { path: { wave_id: waveId } } };
  const issues = $api.useQuery("get", "/api/v1/surveys/waves/{wave_id}/issues", params, { enabled: open });
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t("surveys.waves.ledger")}</summary>
      <ul className="unsaid">
        {issues.data?.map(({ id, at, count, community_code, reason }) => (
          <li key={id}>
            {momentText(at, i18n.language)} · <strong className="figures">{count}</strong> ·{" "}
            <Place code={community_code} />
            {reason && ` · ${reason}`}
          </li>
        ))}
      </ul>
    </details>
  );
}
