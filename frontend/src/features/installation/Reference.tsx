import { Input, Radio } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";
import { numberText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";
import { Section } from "./Section";

const SHOWN = 20;
type Term = { code: string; label_zh: string; label_en: string; synonyms: string[] };

const PARTS = { areas: Areas, categories: Categories, populations: Populations, profiles: Profiles };
type Part = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as Part[];

/** What the platform knows of places, services, people and procedures; it comes in files and is looked up here. */
export function Reference() {
  const { t } = useTranslation();
  const [name, choose] = useState<Part>("areas");
  const Shown = PARTS[name];
  return (
    <Section name="reference" hint={t("installation.reference.hint")}>
      <Radio.Group
        className="installation-parts"
        aria-label={t("installation.reference.title")}
        value={name}
        onChange={(event) => choose(event.target.value as Part)}
        options={NAMES.map((value) => ({ value, label: t(`installation.reference.${value}`) }))}
      />
      <Shown />
    </Section>
  );
}

function Search({ label, onSearch }: { label: string; onSearch: (text: string) => void }) {
  return (
    <Input.Search
      className="installation-search"
      allowClear
      aria-label={label}
      placeholder={label}
      maxLength={100}
      onSearch={onSearch}
    />
  );
}

function Areas() {
  const { t, i18n } = useTranslation();
  const [q, search] = useState("");
  const counted = $api.useQuery("get", "/api/v1/installation");
  const found = $api.useQuery("get", "/api/v1/areas", { params: { query: { ...(q && { q }), limit: SHOWN } } });
  return (
    <>
      <p>
        {Object.entries(counted.data?.areas ?? {})
          .map(([level, count]) =>
            t(`installation.reference.level.${level}`, { number: numberText(count, i18n.language) }),
          )
          .join(" · ")}
      </p>
      <Search label={t("installation.reference.search_areas")} onSearch={search} />
      <Fetched query={found}>
        {(areas) => (
          <Entries none={areas.length === 0}>
            {areas.map(({ code, path }) => (
              <li key={code}>
                <strong>{path.join(" ")}</strong> <span className="soft figures">{code}</span>
              </li>
            ))}
          </Entries>
        )}
      </Fetched>
    </>
  );
}

function Categories() {
  const terms = $api.useQuery("get", "/api/v1/taxonomy/categories");
  return <Fetched query={terms}>{(all) => <Terms all={all} />}</Fetched>;
}

function Populations() {
  const terms = $api.useQuery("get", "/api/v1/taxonomy/populations");
  return <Fetched query={terms}>{(all) => <Terms all={all} />}</Fetched>;
}

function Terms({ all }: { all: readonly Term[] }) {
  const { t, i18n } = useTranslation();
  const [q, search] = useState("");
  const found = all.filter((term) => says(term, q));
  const numbers = { found: numberText(found.length, i18n.language), shown: Math.min(found.length, SHOWN) };
  return (
    <>
      <Search label={t("installation.reference.search_terms")} onSearch={search} />
      <p>{t(found.length > SHOWN ? "installation.reference.more" : "installation.reference.count", numbers)}</p>
      <Entries none={found.length === 0}>
        {found.slice(0, SHOWN).map((term) => (
          <li key={term.code}>
            <strong>{languageOf(i18n.language) === "zh" ? term.label_zh : term.label_en}</strong>{" "}
            <span className="soft figures">{term.code}</span> <span className="soft">{term.synonyms.join(" · ")}</span>
          </li>
        ))}
      </Entries>
    </>
  );
}

const says = ({ code, label_zh, label_en, synonyms }: Term, q: string): boolean =>
  [code, label_zh, label_en, ...synonyms].some((text) => text.toLowerCase().includes(q.trim().toLowerCase()));

function Profiles() {
  const { i18n } = useTranslation();
  const profiles = $api.useQuery("get", "/api/v1/profiles");
  return (
    <Fetched query={profiles}>
      {(all) => (
        <Entries none={all.length === 0}>
          {all.map((profile) => (
            <li key={profile.name}>
              <strong>{profile[languageOf(i18n.language)]}</strong>{" "}
              <span className="soft figures">
                {profile.name} {profile.version}
              </span>{" "}
              <span className="soft">{profile.source}</span>
            </li>
          ))}
        </Entries>
      )}
    </Fetched>
  );
}

function Entries({ none, children }: { none: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  if (none) return <p>{t("installation.reference.none")}</p>;
  return <ul className="installation-list">{children}</ul>;
}
