/** The residents' entry: /s/<token> to answer, /r to come back with a receipt code, /d/<door> to sign in
 * to a session. React only, for slow phones. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { AnswerPage } from "./survey/AnswerPage";
import { DoorPage } from "./survey/DoorPage";
import { Frame } from "./survey/Frame";
import { ReceiptPage } from "./survey/ReceiptPage";
import { useSay } from "./survey/words";
import "./survey/survey.css";
import "./survey/questions.css";

function Lost() {
  const say = useSay();
  return <p className="panel">{say("lost")}</p>;
}

function Residents() {
  const [, door, token] = location.pathname.split("/");
  if (door === "r") return <ReceiptPage />;
  if (door === "d" && token) return <DoorPage door={decodeURIComponent(token)} />;
  return token ? <AnswerPage token={decodeURIComponent(token)} /> : <Lost />;
}

const place = document.getElementById("root");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <Frame>
        <Residents />
      </Frame>
    </StrictMode>,
  );
}
