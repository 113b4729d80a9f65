import { CopyOutlined } from "@ant-design/icons";
import { Button, Checkbox, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";
import { Fetched } from "../../ui/Pending";
import { type Question, takenOver } from "./editing";
import { LibrarySelect } from "./LibrarySelect";

type Props = { questions: readonly Question[]; put: (questions: Question[]) => void };

/** Questions that were asked before, taken over from a questionnaire that has been published. */
export function TakeQuestions({ questions, put }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button block type="dashed" size="large" icon={<CopyOutlined aria-hidden />} onClick={() => setOpen(true)}>
        {t("surveys.take.title")}
      </Button>
      {open && <Choosing questions={questions} put={put} close={() => setOpen(false)} />}
    </>
  );
}

function Choosing({ questions, put, close }: Props & { close: () => void }) {
  const { t } = useTranslation();
  const [survey, setSurvey] = useState<number>();
  const [chosen, setChosen] = useState<readonly Question[]>([]);
  const [from, setFrom] = useState<readonly Question[]>([]);
  const take = (): void => {
    put(takenOver(questions, from, chosen));
    close();
  };
  return (
    <Modal
      open
      title={t("surveys.take.title")}
      okText={t("surveys.take.take", { count: chosen.length })}
      okButtonProps={{ disabled: chosen.length === 0 }}
      cancelText={t("ui.cancel")}
      onOk={take}
      onCancel={close}
      width={720}
    >
      <div className="take">
        <label htmlFor="take-from">{t("surveys.new.which")}</label>
        <LibrarySelect
          id="take-from"
          {...(survey !== undefined && { value: survey })}
          onChange={(next) => {
            setSurvey(next);
            setChosen([]);
          }}
        />
        {survey !== undefined && (
          <Asked
            survey_id={survey}
            chosen={chosen}
            choose={(all, some) => {
              setFrom(all);
              setChosen(some);
            }}
          />
        )}
      </div>
    </Modal>
  );
}

type AskedProps = {
  survey_id: number;
  chosen: readonly Question[];
  choose: (all: readonly Question[], some: readonly Question[]) => void;
};

function Asked({ survey_id, chosen, choose }: AskedProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", { params: { path: { survey_id } } });
  return (
    <Fetched query={survey}>
      {({ definition: { questions } }) => (
        <>
          <p className="soft">{t("surveys.take.hint")}</p>
          <Checkbox.Group
            className="take-questions"
            value={chosen.map(({ name }) => name)}
            onChange={(names) =>
              choose(
                questions,
                questions.filter(({ name }) => names.includes(name)),
              )
            }
            options={questions.map(({ name, label }) => ({ value: name, label: label[language] || label.zh }))}
          />
        </>
      )}
    </Fetched>
  );
}
