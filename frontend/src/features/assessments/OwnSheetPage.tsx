import { App, Button, Input, InputNumber } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { KnownBudget, KnownOutput } from "../../ui/Known";
import { useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { StatusTag } from "../../ui/StatusTag";
import { Declare } from "./Declare";
import "./assessments.css";

type Own = components["schemas"]["OwnSheetRead"];
type Known = components["schemas"]["KnownRead"];
type Given = Record<string, { value: string; reason: string }>;

/** An assessor's own sheet: declare interests, mark with reasons, lock. Made for a phone at the place that is visited. */
export default function OwnSheetPage() {
  const assessment_id = useNumber("assessment_id");
  const found = $api.useQuery("get", "/api/v1/assessments/{assessment_id}/sheet", {
    params: { path: { assessment_id } },
  });
  return <Fetched query={found}>{(own) => <Shown key={own.sheet?.version ?? 0} own={own} />}</Fetched>;
}

const marksOf = (own: Own): Given =>
  Object.fromEntries((own.sheet?.marks ?? []).map(({ indicator, value, reason }) => [indicator, { value, reason }]));

function Shown({ own }: { own: Own }) {
  const { t, i18n } = useTranslation();
  const of = own.assessment;
  const seat = of.seats.find((each) => each.is_own);
  if (!seat) return null;
  return (
    <Page
      title={chosen(of, "subject", i18n.language)}
      subtitle={
        <>
          {chosen(of, "scheme", i18n.language)} <StatusTag status={seat.sheet_status} room="assessments" of="sheets" />
        </>
      }
      crumbs={[{ label: t("assessments.one"), to: `/assessments/${of.id}` }]}
    >
      {seat.status === "undeclared" ? <Declare id={of.id} /> : <Sheet own={own} seat={seat} />}
    </Page>
  );
}

function Sheet({ own, seat }: { own: Own; seat: components["schemas"]["AssessmentSeatRead"] }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const [marks, setMarks] = useState<Given>(marksOf(own));
  const path = { assessment_id: own.assessment.id };
  const onSuccess = () => cache.invalidateQueries();
  const save = $api.useMutation("put", "/api/v1/assessments/{assessment_id}/sheet");
  const lock = $api.useMutation("post", "/api/v1/assessments/{assessment_id}/lock", { onSuccess });
  const mayMark = seat.actions.includes("save");
  const due = own.assessment.terms.indicators.filter(
    ({ maximum, groups }) => maximum !== null && (groups.length === 0 || groups.includes(seat.group)),
  );
  const known = useKnown(own.assessment);
  const missing = due.filter(({ code }) => marks[code] === undefined).length;
  const total = due.reduce((sum, { code }) => sum + Math.round(Number(marks[code]?.value ?? 0) * 100), 0) / 100;
  const put = () => save.mutateAsync({ params: { path, header: ifMatch(own.sheet?.version ?? 0) }, body: { marks } });
  const ask = (): void => {
    modal.confirm({
      title: t("rooms.assessments.action.lock"),
      content: t("rooms.assessments.confirm.lock"),
      okText: t("rooms.assessments.action.lock"),
      cancelText: t("ui.cancel"),
      onOk: async () => {
        await put();
        await lock.mutateAsync({ params: { path } });
      },
    });
  };
  return (
    <section className="panel" aria-label={t("rooms.assessments.field.marks")}>
      <Marks own={own} due={due} known={known} marks={marks} onChange={mayMark ? setMarks : undefined} />
      <p className="assessment-total">
        <strong className="figures">{own.sheet?.total ? Number(own.sheet.total) : total}</strong> /{" "}
        {Number(own.assessment.terms.total)}
      </p>
      <RefusalAlert error={save.error ?? lock.error} />
      {mayMark && (
        <div className="actions">
          <Button size="large" loading={save.isPending} onClick={() => void put().then(onSuccess)}>
            {t("rooms.assessments.action.save")}
          </Button>{" "}
          <Button size="large" type="primary" disabled={missing > 0} loading={lock.isPending} onClick={ask}>
            {t("rooms.assessments.action.lock")}
          </Button>
          {missing > 0 && <p className="soft">{t("assessments.still_missing", { count: missing })}</p>}
        </div>
      )}
    </section>
  );
}

/** What the platform knows already of the contract that is marked; nothing of an organisation. */
function useKnown(of: Own["assessment"]): Known | undefined {
  const params = { path: { contract_id: of.subject_id } };
  const options = { enabled: of.subject_kind === "contract", retry: false };
  return $api.useQuery("get", "/api/v1/evaluations/contracts/{contract_id}/known", { params }, options).data;
}

/** Beside an indicator what it can be read from. */
function Hint({ code, known }: { code: string; known: Known | undefined }) {
  if (known?.beside.output?.includes(code)) return <KnownOutput of={known.output} />;
  return known?.beside.budget?.includes(code) ? <KnownBudget of={known.budget} /> : null;
}

type MarksProps = {
  own: Own;
  known: Known | undefined;
  due: readonly components["schemas"]["SchemeIndicatorRead"][];
  marks: Given;
  onChange: ((marks: Given) => void) | undefined;
};

/** One line for each indicator: what it is, the mark out of how many, and what it rests on. */
function Marks({ own, due, known, marks, onChange }: MarksProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language.startsWith("zh") ? "zh" : "en";
  const heading = (code: string) => own.assessment.terms.indicators.find((each) => each.code === code)?.[language];
  const change = (code: string, part: Partial<Given[string]>): void => {
    if (part.value === "") {
      const { [code]: _, ...others } = marks;
      onChange?.(others);
    } else onChange?.({ ...marks, [code]: { value: "0", reason: "", ...marks[code], ...part } });
  };
  return (
    <ol className="assessment-marks">
      {due.map((each) => (
        <li key={each.code}>
          <span>
            {each.parent && <span className="soft">{heading(each.parent)} · </span>}
            {each[language]}
          </span>
          <span className="figures">
            {onChange ? (
              <InputNumber<string>
                stringMode
                aria-label={each[language]}
                inputMode="decimal"
                size="large"
                min="0"
                max={String(Number(each.maximum))}
                value={marks[each.code]?.value ?? null}
                onChange={(value) => change(each.code, { value: value === null ? "" : String(value) })}
              />
            ) : (
              Number(marks[each.code]?.value ?? 0)
            )}{" "}
            / {Number(each.maximum)}
          </span>
          <Hint code={each.code} known={known} />
          {onChange && marks[each.code] !== undefined ? (
            <Input
              aria-label={t("assessments.reason_for", { what: each[language] })}
              placeholder={t("assessments.reason")}
              maxLength={2000}
              value={marks[each.code]?.reason ?? ""}
              onChange={(event) => change(each.code, { reason: event.target.value })}
            />
          ) : (
            marks[each.code]?.reason && <span className="soft">{marks[each.code]?.reason}</span>
          )}
        </li>
      ))}
    </ol>
  );
}
