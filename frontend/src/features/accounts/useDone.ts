import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";

/** What is done, and then what there is now. */
export function useDone(done: string): () => void {
  const { message } = App.useApp();
  const cache = useQueryClient();
  return () => {
    message.success(done);
    void cache.invalidateQueries();
  };
}
