/** By room and verb, the part of that page where it is done. */
export const PARTS: Partial<Record<string, string>> = {
  "tenders.answer": "enquiries",
  "objections.reject": "objections",
};
