import { FileExcelOutlined, FilePdfOutlined, FileWordOutlined } from "@ant-design/icons";
import { Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { fileAt } from "../../../api/paths";
import { useTerms } from "../../../api/reference";
import type { components } from "../../../api/schema.gen";
import { AreaName } from "../../../ui/AreaName";
import { type Column, WholeTable } from "../../../ui/DataTable";
import { ExportButton } from "../../../ui/ExportButton";
import { numberText } from "../../../ui/format";
import { Link, useNumber } from "../../../ui/Link";
import { Money } from "../../../ui/Money";
import { Page } from "../../../ui/Page";
import { Fetched } from "../../../ui/Pending";
import { StatusTag } from "../../../ui/StatusTag";
import "./overviews.css";

type Report = components["schemas"]["SeasonReportRead"];
type Project = components["schemas"]["ProjectRead"];
type Verdict = components["schemas"]["VerdictRead"];
type Said = components["schemas"]["SaidRead"];
type Unbought = components["schemas"]["UnboughtRead"];
const words = (key: string): string => `overviews.report.${key}`;

/** How a bureau's season ended, figure by figure, and the same as paper and table. */
export default function SeasonReport() {
  const { t } = useTranslation();
  const year = useNumber("year");
  const query = $api.useQuery("get", "/api/v1/overviews/season/{year}", { params: { path: { year } } });
  return (
    <Page
      title={t(words("title"), { year })}
      subtitle={t(words("about"))}
      crumbs={[{ label: t("nav.desk"), to: "/desk" }]}
      action={<Downloads year={year} />}
    >
      <Fetched query={query}>{(it) => <Shown of={it} />}</Fetched>
    </Page>
  );
}

function Downloads({ year }: { year: number }) {
  const { t, i18n } = useTranslation();
  const at = (format: "pdf" | "docx"): string => fileAt("/api/v1/overviews/season/{year}/paper", { year }, { format });
  const headings = i18n.language === "en" ? "en" : "zh";
  return (
    <Space wrap className="no-print">
      <Button href={at("pdf")} target="_blank" icon={<FilePdfOutlined aria-hidden />}>
        {t(words("pdf"))}
      </Button>
      <Button href={at("docx")} icon={<FileWordOutlined aria-hidden />}>
        {t(words("word"))}
      </Button>
      <ExportButton
        at={fileAt("/api/v1/overviews/season/{year}/export", { year }, { headings })}
        label={t(words("excel"))}
        icon={<FileExcelOutlined aria-hidden />}
      />
    </Space>
  );
}

function Shown({ of }: { of: Report }) {
  const { t } = useTranslation();
  return (
    <>
      <h2>{t(words("money"))}</h2>
      <Sums of={of} />
      <h2>{t(words("projects"))}</h2>
      <Projects of={of} />
      <h2>{t(words("sessions"))}</h2>
      <Sessions of={of} />
      <h2>{t(words("verdicts"))}</h2>
      <Verdicts of={of} />
      <h2>{t(words("findings"))}</h2>
      <p>{of.found.raised === 0 ? t(words("no_findings")) : t(words("found"), of.found)}</p>
      <h2>{t(words("unbought"))}</h2>
      <Unbought of={of.unbought} />
    </>
  );
}

function Sums({ of }: { of: Report }) {
  const { t } = useTranslation();
  const { planned, awarded, contracted, direct, paid } = of.money;
  const sums = { planned, awarded, contracted, direct, paid, vouched: of.vouched, disallowed: of.disallowed };
  return (
    <dl className="report-sums">
      {Object.entries(sums).map(([name, sum]) => (
        <div key={name}>
          <dt>{t([words(name), `overviews.season.${name}`])}</dt>
          <dd>
            <Money of={sum} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Projects({ of }: { of: Report }) {
  const { t } = useTranslation();
  const columns = useProjectColumns();
  if (of.projects.length === 0) return <p className="soft">{t(words("no_projects"))}</p>;
  return (
    <>
      <p className="report-states">
        {Object.entries(of.states).map(([state, count]) => (
          <span key={state}>
            <StatusTag status={state} room="contracts" /> {t(words("count"), { count })}
          </span>
        ))}
      </p>
      <WholeTable
        caption={t(words("projects"))}
        columns={columns}
        rows={of.projects}
        rowKey={(row) => row.contract_id}
      />
    </>
  );
}

function useProjectColumns(): Column<Project>[] {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const sum = (name: "amount" | "paid" | "disallowed"): Column<Project> => ({
    key: name,
    title: t(words(name)),
    align: "right",
    render: (row) => <Money of={row[name]} />,
  });
  return [
    {
      key: "title",
      title: t(words("project")),
      phone: "title",
      render: (row) => <Link to={`/contracts/${row.contract_id}`}>{row.title}</Link>,
    },
    {
      key: "contractor",
      title: t(words("contractor")),
      render: (row) => (
        <Link to={`/organizations/${row.contractor_id}`}>{english ? row.contractor_en : row.contractor_zh}</Link>
      ),
    },
    { key: "status", title: t(words("result")), render: (row) => <StatusTag status={row.status} room="contracts" /> },
    sum("amount"),
    sum("paid"),
    sum("disallowed"),
    {
      key: "grade",
      title: t(words("grade")),
      render: (row) => (row.grade ? t(`rooms.ratings.grade.${row.grade}`) : "—"),
    },
  ];
}

function Sessions({ of }: { of: Report }) {
  const { t, i18n } = useTranslation();
  const text = (number: number): string => numberText(number, i18n.language);
  const { checked } = of;
  return (
    <>
      <p>{t(words("held"), { sessions: text(of.sessions), claimed: text(of.claimed) })}</p>
      {checked && (
        <p>
          {t(words("supported"), {
            drawn_of: text(checked.drawn_of),
            supported: text(checked.count),
            least: text(checked.least),
            most: text(checked.most),
          })}
        </p>
      )}
      <p className="soft">{t(words(checked ? "how_supported" : "not_supported"))}</p>
    </>
  );
}

function Verdicts({ of }: { of: Report }) {
  const { t, i18n } = useTranslation();
  const text = (number: number): string => numberText(number, i18n.language);
  /** Of totals, which are of what is shown and never hidden. */
  const all = ({ asked, answers, accepting }: Said) => ({
    asked: text(asked),
    answers: text(answers ?? 0),
    accepting: text(accepting ?? 0),
  });
  if (of.verdicts.length === 0) return <p className="soft">{t(words("no_verdicts"))}</p>;
  const said = (name: "answers" | "accepting"): Column<Verdict> => ({
    key: name,
    title: t(words(name)),
    align: "right",
    render: (row) => <Count of={row.said} name={name} />,
  });
  const columns: Column<Verdict>[] = [
    { key: "place", title: t(words("place")), phone: "title", render: (row) => <AreaName path={row.path} /> },
    { key: "contracts", title: t(words("contracts")), align: "right", render: (row) => row.contracts },
    { key: "asked", title: t(words("asked")), align: "right", render: (row) => row.said.asked },
    said("answers"),
    said("accepting"),
    {
      key: "content",
      title: t(words("content_of")),
      align: "right",
      render: ({ content }) => (content.asked ? `${content.accepting} / ${content.answers}` : "—"),
    },
  ];
  return (
    <>
      <WholeTable
        caption={t(words("verdicts"))}
        columns={columns}
        rows={of.verdicts}
        rowKey={(row) => row.path.join("/")}
      />
      <p>
        {t(words("told"), all(of.told))} {of.content.asked > 0 && t(words("content"), all(of.content))}
      </p>
      <p className="soft">{t(words("how_hidden"))}</p>
    </>
  );
}

function Count({ of, name }: { of: Said; name: "answers" | "accepting" }) {
  const { t } = useTranslation();
  return of.is_hidden ? (
    <span className="soft">{t(words("hidden"))}</span>
  ) : (
    <span className="figures">{of[name]}</span>
  );
}

function Unbought({ of }: { of: readonly Unbought[] }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  if (of.length === 0) return <p className="soft">{t(words("no_needs"))}</p>;
  const columns: Column<Unbought>[] = [
    {
      key: "category",
      title: t(words("category")),
      phone: "title",
      render: (row) => (row.category ? term(row.category) : t("overviews.market.unnamed")),
    },
    { key: "asked", title: t(words("needs")), align: "right", render: (row) => row.asked },
    { key: "never", title: t(words("never")), align: "right", render: (row) => row.never },
  ];
  return <WholeTable caption={t(words("unbought"))} columns={columns} rows={of} rowKey={(row) => row.category ?? ""} />;
}
