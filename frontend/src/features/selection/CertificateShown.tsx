import { CheckCircleFilled, CloseCircleFilled, DownloadOutlined } from "@ant-design/icons";
import { Button, Input, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import type { components } from "../../api/schema.gen";
import { type Certificate, factsOf, found, reasonsIn, sentenceOf, type Title } from "./certificate";
import { inner } from "./phrase";

type Round = components["schemas"]["RoundRead"];
type Seat = components["schemas"]["Seat"];

const PAGE = 20;

/** One sentence that anybody can repeat; the proof and how to check it below, on demand. */
export function CertificateShown({ of, round, seats }: { of: Certificate; round: Round; seats: readonly Seat[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const titles = new Map(seats.map(({ key, title }) => [key, title]));
  const Sign = of.stable ? CheckCircleFilled : CloseCircleFilled;
  return (
    <section
      className={of.stable ? "certificate certificate-good" : "certificate certificate-bad"}
      aria-labelledby="certificate"
    >
      <h2 id="certificate">
        <Sign aria-hidden />{" "}
        {t(of.stable ? "selection.certificate.stable" : "selection.certificate.blocked", {
          count: of.pairs.length,
          blocking: of.blocking.length,
        })}
      </h2>
      <p>{t(of.stable ? "selection.certificate.means" : "selection.certificate.means_blocked")}</p>
      {of.faults.length > 0 && <p>{t("selection.certificate.faults", { count: of.faults.length })}</p>}
      {of.size && (
        <p>
          {t(
            of.size.matched === of.size.at_most ? "selection.certificate.most" : "selection.certificate.fewer",
            of.size,
          )}
        </p>
      )}
      <Verify round={round} />
      <details className="more" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>{t("selection.certificate.each", { count: of.pairs.length })}</summary>
        {open && <Proof of={of} title={(key) => titles.get(key) ?? key} />}
      </details>
    </section>
  );
}

function Verify({ round }: { round: Round }) {
  const { t } = useTranslation();
  const file = `round-${round.id}.json`;
  const command = ["shuangxuan verify selection", file, ...(round.digest ? ["--digest", round.digest] : [])].join(" ");
  return (
    <>
      <div className="verify">
        <Button
          href={fileAt("/api/v1/selection/rounds/{round_id}/export", { round_id: round.id }, {})}
          download={file}
          icon={<DownloadOutlined aria-hidden />}
        >
          {t("selection.certificate.download")}
        </Button>
        <span>
          {t("selection.certificate.verify")}{" "}
          <Typography.Text
            code
            copyable={{ text: command, tooltips: [t("selection.certificate.copy"), t("selection.certificate.copied")] }}
          >
            {command}
          </Typography.Text>
        </span>
      </div>
      {round.digest && (
        <p className="soft seed">
          {t("selection.certificate.digest", { digest: round.digest })} {t("selection.certificate.digest_how")}
        </p>
      )}
    </>
  );
}

/** Every pair that chose each other, with the reason why it cannot object. */
function Proof({ of, title }: { of: Certificate; title: Title }) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const [reason, setReason] = useState<string | null>(null);
  const [shown, setShown] = useState(PAGE);
  const rows = found(of.pairs, reason, words, title);
  const reasons = reasonsIn(of.pairs).map((each) => ({
    value: each.reason,
    label: `${t(`selection.checked.short.${each.reason}`)} (${each.count})`,
  }));
  return (
    <>
      <div className="proof-filters">
        <Input.Search
          allowClear
          value={words}
          aria-label={t("selection.certificate.search")}
          placeholder={t("selection.certificate.search")}
          onChange={({ target }) => setWords(target.value)}
        />
        <Select
          allowClear
          value={reason}
          aria-label={t("selection.certificate.by_reason")}
          placeholder={t("selection.certificate.by_reason")}
          options={reasons}
          popupMatchSelectWidth={false}
          onChange={(wanted: string | undefined) => setReason(wanted ?? null)}
        />
      </div>
      <p className="soft" aria-live="polite">
        {t("selection.certificate.found", { count: rows.length })}
      </p>
      <ol className="proof">
        {rows.slice(0, shown).map((row) => (
          <li key={`${row.seeker} ${row.provider}`} className={row.reason === "blocks" ? "proof-blocks" : undefined}>
            <span className="proof-pair">
              {title(row.seeker)} <span aria-hidden>×</span> {title(row.provider)}
            </span>
            <span>
              {t(
                sentenceOf(row),
                factsOf(row, (key) => inner(title(key))),
              )}
            </span>
          </li>
        ))}
      </ol>
      {rows.length > shown && (
        <Button onClick={() => setShown(shown + 5 * PAGE)}>
          {t("selection.certificate.more", { count: rows.length - shown })}
        </Button>
      )}
    </>
  );
}
