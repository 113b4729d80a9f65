import { Button, Modal, Table, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { momentText } from "../../ui/format";
import { reachable } from "../../ui/reachable";
import { Declare } from "./Declare";

type Panel = components["schemas"]["PanelRead"];
type Member = components["schemas"]["MemberRead"];

/** Who sits on the panel, and who has declared. A declaration made on paper is entered here. */
export function Members({ panel }: { panel: Panel }) {
  const { t } = useTranslation();
  const [declaring, setDeclaring] = useState<Member | null>(null);
  return (
    <section aria-labelledby="members">
      <h2 id="members">{t("panels.members")}</h2>
      <Seats of={panel.members} declare={setDeclaring} />
      <Modal open={declaring !== null} footer={null} onCancel={() => setDeclaring(null)} destroyOnHidden>
        {declaring && (
          <Declare
            tenderId={panel.tender_id}
            seat={declaring}
            judge={declaring.ref}
            onDone={() => setDeclaring(null)}
          />
        )}
      </Modal>
    </section>
  );
}

function Seats({ of, declare }: { of: readonly Member[]; declare: (seat: Member) => void }) {
  const { t, i18n } = useTranslation();
  return (
    <Table<Member>
      rowKey="ref"
      size="small"
      pagination={false}
      ref={reachable}
      scroll={{ x: "max-content" }}
      dataSource={[...of]}
      columns={[
        { key: "ref", title: t("rooms.panels.field.seat"), render: (_, row) => row.ref },
        { key: "name", title: t("panels.name"), render: (_, row) => row.name },
        {
          key: "role",
          title: t("rooms.panels.field.role"),
          render: (_, row) => (
            <>
              {chosen(row, "role", i18n.language)} {row.is_expert && <Tag>{t("rooms.panels.field.is_expert")}</Tag>}
            </>
          ),
        },
        {
          key: "declared",
          title: t("rooms.panels.field.declared_at"),
          render: (_, row) =>
            row.declared_at ? momentText(row.declared_at, i18n.language) : t("rooms.panels.status.panels.undeclared"),
        },
        {
          key: "recused",
          title: t("rooms.panels.field.recusals"),
          render: (_, row) => row.recused_from?.length ?? "—",
        },
        {
          key: "declare",
          title: "",
          render: (_, row) =>
            row.actions.includes("declare") && (
              <Button size="small" onClick={() => declare(row)}>
                {t("panels.declare_on_paper")}
              </Button>
            ),
        },
      ]}
    />
  );
}
