import { useArea } from "../../api/reference";

/** The areas an offer covers, each with what it lies in. */
export function Covered({ codes }: { codes: readonly string[] }) {
  return (
    <ul className="plain">
      {codes.map((code) => (
        <li key={code}>
          <One code={code} />
        </li>
      ))}
    </ul>
  );
}

function One({ code }: { code: string }) {
  return <>{useArea(code).join(" · ")}</>;
}
