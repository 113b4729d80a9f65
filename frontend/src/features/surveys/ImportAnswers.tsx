import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Radio, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { languageOf } from "../../api/refusal";
import { address, upload } from "../../api/request";
import { FileButton } from "../../ui/FileButton";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { RowErrors } from "../../ui/RowErrors";
import { usePutOff } from "../../ui/useFile";
import { Place } from "./Place";
import {
  type Column,
  type Mapping,
  type Preview,
  type Question,
  chosen,
  closedQuestion,
  doubtsOf,
  mappingOf,
  moved,
  offered,
  open,
  said,
  targetsOf,
  unanswered,
  valueOf,
} from "./mapping";

type Wave = components["schemas"]["WaveRead"];
type Done = components["schemas"]["ResponsesImportedRead"];

/** A file of answers on its way in: looked at under a mapping, then taken. */
function useAnswersFile(wave: Wave) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const putOff = usePutOff();
  const [file, setFile] = useState<File>();
  const [preview, setPreview] = useState<Preview>();
  const at = (verb: string): string => `/api/v1/surveys/waves/${wave.id}/${verb}`;
  const look = useMutation({
    mutationFn: ({ sent, mapping }: { sent: File; mapping?: Mapping }) =>
      upload<Preview>(at("preview_responses"), sent, mapping ? { mapping: JSON.stringify(mapping) } : {}),
    onSuccess: setPreview,
  });
  const take = useMutation({
    mutationFn: ({ sent, of, community }: { sent: File; of: Preview; community: string | undefined }) =>
      upload<Done>(address(at("import_responses"), { community_code: community }), sent, {
        mapping: JSON.stringify(mappingOf(of)),
      }),
    onSuccess: (done) => {
      setPreview(undefined);
      if (putOff(done)) return;
      message.success(
        t("surveys.answers.done", { added: done.added, unchanged: done.unchanged, not_returned: done.not_returned }),
      );
      void cache.invalidateQueries();
    },
  });
  const begin = (sent: File): void => {
    setFile(sent);
    setPreview(undefined);
    take.reset();
    look.mutate({ sent });
  };
  const again = (mapping: Mapping): void => {
    take.reset();
    if (file) look.mutate({ sent: file, mapping });
  };
  return { file, preview, setPreview, look, take, begin, again };
}

/** A file of answers: first what its columns and cells are taken for, then, when a person agrees, the answers. */
export function ImportAnswers({ wave, questions }: { wave: Wave; questions: readonly Question[] }) {
  const { t } = useTranslation();
  const [community, setCommunity] = useState(wave.communities.length === 1 ? wave.communities[0] : undefined);
  const { file, preview, setPreview, look, take, begin, again } = useAnswersFile(wave);
  return (
    <div className="import">
      <FileButton label={t("rooms.surveys.action.import_responses")} loading={look.isPending} onFile={begin} />
      <RefusalAlert error={look.error} />
      {preview && file && (
        <>
          {preview.doubts.length > 0 && <RowErrors rows={doubtsOf(preview)} isWrong={false} />}
          <Mapped of={preview} questions={questions} change={setPreview} again={again} />
          {wave.communities.length > 1 && preview.kinds.includes("place") && (
            <Select
              aria-label={t("surveys.answers.community")}
              placeholder={t("surveys.answers.community")}
              value={community}
              onChange={setCommunity}
              options={wave.communities.map((code) => ({ value: code, label: <Place code={code} /> }))}
            />
          )}
          <RefusalAlert error={take.error} />
          <Button
            type="primary"
            loading={take.isPending}
            disabled={look.isPending || open(preview, questions) > 0}
            onClick={() => take.mutate({ sent: file, of: preview, community })}
          >
            {t("surveys.answers.take")}
          </Button>
        </>
      )}
    </div>
  );
}

type MappedProps = {
  of: Preview;
  questions: readonly Question[];
  change: (preview: Preview) => void;
  again: (mapping: Mapping) => void;
};

/** What each column and each of its cells is taken for; a person may say otherwise. */
export function Mapped({ of, questions, change, again }: MappedProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const targets = [{ value: "", label: t("surveys.answers.left_out") }, ...targetsOf(questions, language)];
  const lost = unanswered(of, questions);
  const left = open(of, questions);
  return (
    <section aria-label={t("surveys.answers.mapping")}>
      <Radio.Group
        value={of.by}
        onChange={(event) => again(said(mappingOf(of), event.target.value))}
        aria-label={t("surveys.answers.by")}
        options={of.kinds.map((by) => ({ value: by, label: t(`surveys.answers.kind.${by}`) }))}
      />
      <table className="mapping">
        <thead>
          <tr>
            <th>{t("surveys.answers.column")}</th>
            <th>{t("surveys.answers.question")}</th>
            <th>{t("surveys.answers.cells")}</th>
          </tr>
        </thead>
        <tbody>
          {of.columns.map((column) => (
            <tr key={column.column}>
              <th scope="row">{column.title}</th>
              <td>
                <Select
                  aria-label={t("surveys.answers.question_of", { column: column.title })}
                  value={valueOf(column)}
                  onChange={(target) => again(moved(mappingOf(of), column.column, target))}
                  options={targets}
                  popupMatchSelectWidth={false}
                />
              </td>
              <td>
                <Cells
                  of={column}
                  questions={questions}
                  choose={(text, option) => change(chosen(of, column.column, text, option))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {lost.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("surveys.answers.unanswered", {
            questions: lost.map(({ label }) => label[language] || label.zh).join("；"),
          })}
        />
      )}
      {left > 0 && <Alert type="warning" showIcon title={t("surveys.answers.open", { count: left })} />}
    </section>
  );
}

const SHOWN = 5;

function Cells({
  of,
  questions,
  choose,
}: {
  of: Column;
  questions: readonly Question[];
  choose: (text: string, option: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const question = closedQuestion(of, questions);
  if (!question)
    return (
      <span className="soft">
        {of.cells
          .slice(0, SHOWN)
          .map(({ text }) => text)
          .join("；")}
      </span>
    );
  const options = [
    ...offered(question, questions).map(({ name, label }) => ({ value: name, label: label[language] || label.zh })),
    { value: "", label: t("surveys.answers.no_answer") },
  ];
  return (
    <ul className="said">
      {of.cells.map(({ text, count, option }) => (
        <li key={text}>
          <span>
            {text} <span className="soft figures">×{count}</span>
          </span>
          <Select
            aria-label={t("surveys.answers.option_of", { text })}
            placeholder={t("surveys.answers.choose")}
            value={option ?? undefined}
            status={option === null ? "error" : undefined}
            onChange={(name) => choose(text, name)}
            options={options}
            popupMatchSelectWidth={false}
          />
        </li>
      ))}
    </ul>
  );
}
