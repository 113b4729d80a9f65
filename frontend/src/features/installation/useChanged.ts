import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";

/** Says what was done, and asks again for what has changed by it. */
export function useChanged(): (done: string) => Promise<void> {
  const { message } = App.useApp();
  const cache = useQueryClient();
  return async (done) => {
    message.success(done);
    await cache.invalidateQueries();
  };
}
