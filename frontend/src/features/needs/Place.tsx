import { useArea } from "../../api/reference";
import { AreaName } from "../../ui/AreaName";

export function Place({ code }: { code: string }) {
  return <AreaName path={useArea(code)} code={code} stacked />;
}
