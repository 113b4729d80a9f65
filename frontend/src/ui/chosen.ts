/** The text of a field that stands in both languages (`title_zh`, `title_en`); Chinese where there is no English. */
export function chosen(of: object, field: string, language: string): string {
  const both = of as Record<string, string | null | undefined>;
  const zh = both[`${field}_zh`] ?? "";
  return language === "en" ? both[`${field}_en`] || zh : zh;
}
