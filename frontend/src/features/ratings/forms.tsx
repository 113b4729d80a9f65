/** What has to be said when a grade is voted on, confirmed, lowered or put right. */
import { Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Rating = components["schemas"]["RatingRead"];
type Ballot = components["schemas"]["BallotCastBy"];
type Props = ActionFormProps<Rating>;
const CHOICES: readonly Ballot["choice"][] = ["aye", "nay", "abstain"];
const DANGER = new Set(["lower", "revoke", "fail"]);

export function VoteForm({ of, send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const cast = new Set(of.vote?.ballots.map(({ member_id }) => member_id));
  const left = (of.vote?.members ?? []).filter(({ id }) => !cast.has(id));
  const submit = t("rooms.ratings.action.vote");
  return (
    <FormSheet<Ballot> room="ratings" {...{ send, sending, cancel, submit }}>
      <Field name="member_id" required>
        <Select options={left.map(({ id, name }) => ({ value: id, label: name }))} />
      </Field>
      <Field name="choice" required>
        <Radio.Group options={CHOICES.map((value) => ({ value, label: t(`rooms.ratings.ballot.${value}`) }))} />
      </Field>
    </FormSheet>
  );
}

export function ConfirmForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const submit = t("rooms.ratings.action.confirm");
  return (
    <FormSheet room="ratings" {...{ send, sending, cancel, submit }}>
      <LineField name="source" required limit={300} />
    </FormSheet>
  );
}

export function DeclineForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const submit = t("rooms.ratings.action.decline");
  return (
    <FormSheet room="ratings" danger {...{ send, sending, cancel, submit }}>
      <ProseField name="reason" required rows={3} limit={2000} />
    </FormSheet>
  );
}

/** By which paper, and on what ground. */
export const RuleForm = (verb: string) =>
  function Ruled({ send, sending, cancel }: Props) {
    const { t } = useTranslation();
    const submit = t(`rooms.ratings.action.${verb}`);
    return (
      <FormSheet room="ratings" danger={DANGER.has(verb)} {...{ send, sending, cancel, submit }}>
        <LineField name="source" required limit={300} />
        <ProseField name="reason" required rows={3} limit={2000} />
      </FormSheet>
    );
  };
