import { useQueryClient } from "@tanstack/react-query";
import { Form } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { languageOf } from "../../api/refusal";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { DraftNotice } from "../../ui/form/DraftNotice";
import { FormSheet } from "../../ui/form/FormSheet";
import { MoneyInput } from "../../ui/form/inputs";
import { Rows } from "../../ui/form/Rows";
import type { Bid, Tender } from "./BidPage";
import { LINES } from "./parts";
import { Questions } from "./Questions";
import { Sum } from "./Sum";
import { BLANK, type Body, type Draft } from "./useDraft";

type Props = { bid: Bid; tender: Tender; draft: Draft };

/** What the bid will say, asked for as the notice asks; saved as one goes. */
export function Editor({ bid, tender, draft }: Props) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const cache = useQueryClient();
  const [form] = Form.useForm<Body>();
  const [initial] = useState(() => draft.begun?.body ?? bid.draft ?? written(bid));
  const asked = tender.application_form;
  const hasBudget = asked?.parts.some(({ part }) => part === "budget") ?? false;
  const save = async (): Promise<void> => {
    await draft.saveNow();
    await cache.invalidateQueries();
  };
  return (
    <section id="editor" aria-label={t("bids.editor")} className="panel">
      {draft.state === "stale" && <DraftNotice isStale onMine={draft.insist} onSaved={draft.giveUp} />}
      <p className="soft" role="status">
        {t(`ui.saving.${draft.state}`)}
      </p>
      <FormSheet<Body>
        form={form}
        room="bids"
        initial={initial}
        onChange={draft.change}
        send={() => void save()}
        sending={draft.state === "saving"}
        error={draft.error}
        submit={t("action.save")}
      >
        <LineField name="title" limit={200} />
        {!hasBudget && (
          <Field name="amount" extra={t("bids.amount_hint")}>
            <MoneyInput />
          </Field>
        )}
        {asked === null && <ProseField name="plan" rows={10} />}
        {asked?.questions && <Questions of={asked.questions} />}
        {asked?.parts.map(({ part, hint }) => (
          <section key={part} aria-label={t(`rooms.bids.part.${part}`)}>
            <h3>{t(`rooms.bids.part.${part}`)}</h3>
            {hint && <p className="soft">{hint[language]}</p>}
            <Rows name={["application", part]}>{(at) => LINES[part]([at])}</Rows>
            {part === "budget" && <Sum form={form} />}
          </section>
        ))}
      </FormSheet>
    </section>
  );
}

/** What was handed in last, to be worked on further. */
const written = (bid: Bid): Body => ({
  title: bid.title,
  amount: bid.amount,
  plan: bid.plan,
  application: bid.application ?? BLANK,
});
