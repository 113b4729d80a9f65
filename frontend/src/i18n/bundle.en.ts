import { gathered } from "./gathered";
import shared from "./en.json";

export const words = gathered(
  shared,
  import.meta.glob("../features/**/en.json", { eager: true, import: "default" }),
  import.meta.glob("./rooms/*.json", { eager: true, import: "default" }),
  "en",
);
