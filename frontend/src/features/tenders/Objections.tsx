import { useQueryClient } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar, type ActionFormProps } from "../../ui/ActionBar";
import { Deadline } from "../../ui/Deadline";
import { Field, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { StatusTag } from "../../ui/StatusTag";
import { useArrival } from "../../ui/useArrival";

type Challenge = components["schemas"]["ChallengeRead"];
type Objection = components["schemas"]["ObjectionRead"];
type Subject = Challenge["subject"];

/** What may be challenged and until when; filing and answering for those who may. */
export function Objections({ tenderId }: { tenderId: number }) {
  const { t } = useTranslation();
  const path = { tender_id: tenderId };
  const open = $api.useQuery("get", "/api/v1/objections/windows/{tender_id}", { params: { path } });
  const filed = $api.useQuery("get", "/api/v1/objections", { params: { query: path } });
  useArrival("objections", open.isSuccess && filed.isSuccess);
  if (!open.data?.length) return null;
  const fileable = open.data.filter((each) => each.actions.includes("file"));
  const last = fileable.at(-1);
  return (
    <section aria-labelledby="objections">
      <h2 id="objections">{t("tenders.objections.title")}</h2>
      <dl className="facts">
        {open.data.map((each) => (
          <div key={each.subject}>
            <dt>{t(`tenders.objections.subject.${each.subject}`)}</dt>
            <dd>
              <Deadline at={each.ends} rule={each.rule} provisional={each.is_provisional} compact />
            </dd>
          </div>
        ))}
      </dl>
      <ul className="enquiries">
        {filed.data?.map((each) => (
          <Filed key={each.id} of={each} />
        ))}
      </ul>
      {last && <File id={tenderId} subjects={fileable.map((each) => each.subject)} last={last.subject} />}
    </section>
  );
}

function Filed({ of }: { of: Objection }) {
  const { t } = useTranslation();
  return (
    <li>
      <p>
        <strong>{t(`tenders.objections.subject.${of.subject}`)}</strong>{" "}
        <StatusTag status={of.status} room="tenders.objections" /> {of.grounds}
      </p>
      {of.answer ? (
        <p className="soft">{of.answer}</p>
      ) : (
        <Due label={t("tenders.objections.answer_due")} of={of} day="answer_due_on" rule={of.answer_rule} />
      )}
      {of.complain_by && (
        <Due label={t("tenders.objections.complain_by")} of={of} day="complain_by" rule={of.complain_rule} />
      )}
      <ActionBar of={of} feature="objections" words="tenders.objections" forms={{ accept: Answer, reject: Answer }} />
    </li>
  );
}

function Due({
  label,
  of,
  day,
  rule,
}: {
  label: string;
  of: Objection;
  day: "answer_due_on" | "complain_by";
  rule: string;
}) {
  return (
    <p className="soft">
      {label} <Deadline at={of[day]} rule={rule} provisional={of.provisional.includes(day)} compact />
    </p>
  );
}

function Answer({ send, cancel, sending }: ActionFormProps<Objection>) {
  const { t } = useTranslation();
  return (
    <FormSheet send={send} sending={sending} cancel={cancel} submit={t("action.answer")}>
      <ProseField name="answer" label={t("tenders.objections.answer")} required />
    </FormSheet>
  );
}

function File({ id, subjects, last }: { id: number; subjects: readonly Subject[]; last: Subject }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const file = $api.useMutation("post", "/api/v1/objections/results/{tender_id}", {
    onSuccess: () => void cache.invalidateQueries(),
  });
  return (
    <FormSheet<components["schemas"]["ObjectionFile"]>
      initial={{ subject: last }}
      draft={`objection ${id}`}
      send={(body) => file.mutateAsync({ params: { path: { tender_id: id } }, body })}
      sending={file.isPending}
      error={file.error}
      submit={t("action.file")}
    >
      <Field name="subject" label={t("tenders.objections.about")} required>
        <Select<Subject>
          options={subjects.map((each) => ({ value: each, label: t(`tenders.objections.subject.${each}`) }))}
        />
      </Field>
      <ProseField name="grounds" label={t("tenders.objections.grounds")} required rows={3} />
    </FormSheet>
  );
}
