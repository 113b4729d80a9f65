import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { serverNow } from "../../../api/send";
import type { components } from "../../../api/schema.gen";
import { AreaName } from "../../../ui/AreaName";
import { chosen } from "../../../ui/chosen";
import { type Column, WholeTable } from "../../../ui/DataTable";
import { Deadline, timeLeft } from "../../../ui/Deadline";
import { dayText, listText } from "../../../ui/format";
import { Link } from "../../../ui/Link";
import { Money } from "../../../ui/Money";
import { Fetched } from "../../../ui/Pending";
import { StatusTag } from "../../../ui/StatusTag";

type Contract = components["schemas"]["EngagedRead"];

/** The contracts one's firm is engaged for: what comes next, and what may be done today. */
export default function Contracts() {
  const { t } = useTranslation();
  const query = $api.useQuery("get", "/api/v1/overviews/contracts");
  return (
    <section aria-labelledby="contracts" className="overview">
      <h2 id="contracts">{t("overviews.contracts.title")}</h2>
      <Fetched query={query}>
        {(it) => (
          <>
            <Table of={it.contracts} />
            {it.total > it.contracts.length && (
              <p className="soft">
                {t("overviews.contracts.shown", { shown: it.contracts.length, total: it.total })}{" "}
                <Link to="/contracts">{t("nav.contracts")}</Link>
              </p>
            )}
          </>
        )}
      </Fetched>
    </section>
  );
}

function Table({ of }: { of: readonly Contract[] }) {
  const { t } = useTranslation();
  const columns = useColumns();
  if (of.length === 0) return <p className="soft">{t("overviews.contracts.none")}</p>;
  return (
    <WholeTable
      caption={t("overviews.contracts.title")}
      columns={columns}
      rows={of}
      rowKey={(row) => row.id}
      to={(row) => `/contracts/${row.id}`}
    />
  );
}

function useColumns(): Column<Contract>[] {
  const { t, i18n } = useTranslation();
  return [
    {
      key: "title",
      title: t("overviews.contracts.contract"),
      phone: "title",
      render: (row) => (
        <>
          {row.title} <small className="soft figures">{row.number}</small>
        </>
      ),
    },
    {
      key: "status",
      title: t("field.status"),
      width: "6.5em",
      render: (row) => <StatusTag status={row.status} room="contracts" />,
    },
    { key: "next", title: t("overviews.contracts.next"), render: (row) => <Next of={row} /> },
    {
      key: "place",
      title: t("overviews.contracts.where"),
      render: (row) => (
        <>
          {chosen(row, "contractor", i18n.language)}
          <div className="soft">
            <AreaName path={row.path.slice(1)} />
          </div>
        </>
      ),
    },
    {
      key: "paid",
      title: t("overviews.contracts.paid"),
      align: "right",
      render: (row) => (
        <>
          <Money of={row.paid} /> / <Money of={row.amount} />
        </>
      ),
    },
    { key: "actions", title: t("overviews.contracts.today"), render: (row) => <Today of={row} /> },
  ];
}

function Next({ of }: { of: Contract }) {
  const { t, i18n } = useTranslation();
  if (!of.next) return <span className="soft">—</span>;
  const { gate, status, due_on } = of.next;
  return (
    <>
      {t(`rooms.contracts.gate.${gate}`)} <StatusTag status={status} room="rooms.contracts.milestone" />
      {due_on && (
        <div>
          {timeLeft(due_on, serverNow()).past ? (
            <span className="overview-late">
              {t("overviews.contracts.overdue", { day: dayText(due_on, i18n.language) })}
            </span>
          ) : (
            <Deadline at={due_on} />
          )}
        </div>
      )}
    </>
  );
}

function Today({ of }: { of: Contract }) {
  const { t, i18n } = useTranslation();
  const words = of.actions.map((verb) =>
    t([`rooms.contracts.action.${verb}`, `rooms.evaluations.action.${verb}`, `action.${verb}`]),
  );
  return (
    <>
      {listText(words, i18n.language)}
      <div>
        <Link to={`/contracts/${of.id}`}>
          {t(words.length > 0 ? "overviews.contracts.open" : "overviews.contracts.read")}
        </Link>
      </div>
    </>
  );
}
