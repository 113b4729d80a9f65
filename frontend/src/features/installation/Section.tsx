import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

type Props = { name: string; hint?: string; children: ReactNode };

/** A part of the page, called by its words: `installation.<name>.title`. */
export function Section({ name, hint, children }: Props) {
  const { t } = useTranslation();
  return (
    <section className="panel installation" aria-labelledby={name}>
      <h2 id={name}>{t(`installation.${name}.title`)}</h2>
      {hint && <p className="soft">{hint}</p>}
      {children}
    </section>
  );
}
