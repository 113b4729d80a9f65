import { useArea } from "../../api/reference";
import { AreaName } from "../../ui/AreaName";

/** Where a code is, in words. */
export function Place({ code }: { code: string }) {
  return <AreaName path={useArea(code)} code={code} />;
}
