import { SearchOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import "./search.css";

type Props = { id: string; text?: string; focused?: boolean };

/** The one box over needs, offers, organisations and notices; what it finds stands on the page of the search. */
export function SearchBox({ id, text = "", focused = false }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) box.current?.focus();
  }, [focused]);
  const look = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const q = String(new FormData(event.currentTarget).get("q")).trim();
    void navigate({ to: "/search", search: q ? { q } : {} });
  };
  return (
    <search>
      <form className="search-box" action="/search" onSubmit={look}>
        <label htmlFor={id}>{t("ui.search.label")}</label>
        <input
          key={text}
          ref={box}
          id={id}
          name="q"
          type="search"
          enterKeyHint="search"
          autoComplete="off"
          maxLength={100}
          placeholder={t("ui.search.example")}
          defaultValue={text}
        />
        <button type="submit">
          <SearchOutlined aria-hidden /> {t("ui.search.go")}
        </button>
      </form>
    </search>
  );
}
