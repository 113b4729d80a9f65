import type { Refusal } from "../api/refusal";
import { useLanguage, useSay } from "./words";

type Props = { value: string; onChange: (household: string) => void; refusal: Refusal | null };

/** The door number by which a household is known within one session, with what is wrong about it. */
export function Household({ value, onChange, refusal }: Props) {
  const say = useSay();
  const language = useLanguage();
  return (
    <>
      <label className="field">
        {say("door_household")}
        <input
          className="text"
          autoComplete="off"
          maxLength={60}
          required
          value={value}
          aria-invalid={refusal !== null}
          aria-describedby="household-fault household-hint"
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      <p id="household-hint" className="soft">
        {say("door_hint")}
      </p>
      <p id="household-fault" className="fault" aria-live="polite">
        {refusal?.sentence(language)}
      </p>
    </>
  );
}
