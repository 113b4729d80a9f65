import { useQueryClient } from "@tanstack/react-query";
import { Radio } from "antd";
import { useTranslation } from "react-i18next";
import { $api, api } from "../../api/client";
import { useGo } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Field, LineField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { type AskedPurpose, type Definition, aboutService, firstDefinition } from "./editing";
import { ImportForm } from "./ImportForm";
import { LibrarySelect } from "./LibrarySelect";
import { PurposeSelect } from "./PurposeSelect";
import "./surveys.css";

type Begun = { title: string; purpose: AskedPurpose; from: "first" | "copy"; copied?: number };

/** A new questionnaire: with its first question, or as a copy of one that has been used. */
export default function NewSurvey() {
  const { t } = useTranslation();
  const go = useGo();
  const cache = useQueryClient();
  const create = $api.useMutation("post", "/api/v1/surveys", {
    onSuccess: (survey) => {
      void cache.invalidateQueries();
      go(`/surveys/${survey.id}/edit`);
    },
  });
  const begin = async ({ title, purpose, from, copied }: Begun): Promise<unknown> => {
    const definition = from === "copy" && copied ? await copyOf(copied, title) : await firstOf(title, purpose);
    return create.mutateAsync({ body: { purpose, definition } });
  };
  return (
    <Page
      title={t("rooms.surveys.action.create_survey")}
      subtitle={t("surveys.new.subtitle")}
      crumbs={[{ label: t("nav.surveys"), to: "/surveys" }]}
    >
      <div className="panel">
        <FormSheet<Begun>
          initial={{ purpose: "need", from: "first" }}
          send={begin}
          sending={create.isPending}
          error={create.error}
          submit={t("surveys.new.begin")}
        >
          <LineField name="title" label={t("surveys.list.title")} required limit={200} />
          <Field name="purpose" label={t("surveys.edit.purpose")} extra={t("surveys.edit.purpose_hint")} required>
            <PurposeSelect />
          </Field>
          <Field name="from" label={t("surveys.new.from")}>
            <Radio.Group
              vertical
              options={[
                { value: "first", label: t("surveys.new.first") },
                { value: "copy", label: t("surveys.new.copy") },
              ]}
            />
          </Field>
          <Field
            name="copied"
            label={t("surveys.new.which")}
            dependencies={["from"]}
            rules={[({ getFieldValue }) => ({ required: getFieldValue("from") === "copy", message: t("ui.required") })]}
          >
            <LibrarySelect />
          </Field>
        </FormSheet>
      </div>
      <h2>{t("surveys.new.or_file")}</h2>
      <ImportForm />
    </Page>
  );
}

async function firstOf(title: string, purpose: AskedPurpose): Promise<Definition> {
  if (purpose !== "need") return aboutService(title, purpose);
  const { data } = await api.GET("/api/v1/taxonomy/categories");
  return firstDefinition(title, data ?? []);
}

async function copyOf(survey_id: number, title: string): Promise<Definition> {
  const { data } = await api.GET("/api/v1/surveys/{survey_id}", { params: { path: { survey_id } } });
  if (!data) throw new Error("unreachable: the client throws refusals");
  return { ...data.definition, title: { zh: title, en: "" } };
}
