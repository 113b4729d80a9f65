import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { LineField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { dayText } from "../../ui/format";
import { Fetched } from "../../ui/Pending";

type Appointed = components["schemas"]["RatingMemberAppoint"];

/** The committee that votes on national grades, by name. */
export function Members() {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const found = $api.useQuery("get", "/api/v1/ratings/members");
  const appoint = $api.useMutation("post", "/api/v1/ratings/members", {
    onSuccess: () => {
      setOpen(false);
      return cache.invalidateQueries();
    },
  });
  return (
    <section className="panel rating-part" aria-labelledby="members">
      <h2 id="members">{t("ratings.members")}</h2>
      <Fetched query={found}>
        {(items) => (
          <>
            <p className="soft">{t("ratings.members_what", { count: items.length })}</p>
            <ul>
              {items.map((each) => (
                <li key={each.id}>
                  {each.name}{" "}
                  <span className="soft">{t("ratings.until", { day: dayText(each.until_on, i18n.language) })}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Fetched>
      {isOpen ? (
        <FormSheet<Appointed>
          room="ratings"
          send={(body) => appoint.mutate({ body })}
          sending={appoint.isPending}
          error={appoint.error}
          cancel={() => setOpen(false)}
          submit={t("ratings.appoint")}
        >
          <LineField name="name" required limit={100} />
        </FormSheet>
      ) : (
        <Button onClick={() => setOpen(true)}>{t("ratings.appoint")}</Button>
      )}
    </section>
  );
}
