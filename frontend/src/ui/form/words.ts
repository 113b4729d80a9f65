import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";

const Room = createContext<string | undefined>(undefined);
export const Words = Room.Provider;

/** What a field is called here: by the form's room, else by the words all rooms share. */
export function useFieldName(): (name: string) => string {
  const { t } = useTranslation();
  const room = useContext(Room);
  return (name) => t(room ? [`rooms.${room}.field.${name}`, `field.${name}`] : `field.${name}`);
}
