import { Radio } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { languageOf } from "../../../api/refusal";

type Profile = components["schemas"]["ProfileRead"];

export function useProfiles(): readonly Profile[] {
  const profiles = $api.useQuery("get", "/api/v1/profiles", {}, { staleTime: Number.POSITIVE_INFINITY });
  return profiles.data ?? [];
}

type Props = { id?: string; value?: string; onChange?: (name: string) => void };

/** The kinds of procedure, each with what it means for the notice. */
export function ProfileChoice({ id, value, onChange }: Props) {
  const { i18n } = useTranslation();
  const profiles = useProfiles();
  return (
    <Radio.Group
      {...(id !== undefined && { id })}
      className="profiles"
      value={value}
      onChange={(chosen) => onChange?.(String(chosen.target.value))}
    >
      {profiles.map((profile) => (
        <Radio key={profile.name} value={profile.name}>
          <strong>{profile[languageOf(i18n.language)]}</strong>
          {profile.name === value && <Meaning of={profile} />}
        </Radio>
      ))}
    </Radio.Group>
  );
}

function Meaning({ of }: { of: Profile }) {
  const { t } = useTranslation();
  const lasting = of.terms.filter(({ length }) => length > 0);
  return (
    <ul className="profile-rules">
      {lasting.map((term) => (
        <li key={term.name} title={term.rule}>
          {t(`notice.term.${term.name}`, {
            length: t(`notice.unit.${term.unit}`, { count: term.length }),
          })}
        </li>
      ))}
      <li>{t(`notice.closes.${of.closes}`)}</li>
      <li>{t("notice.fewest_bidders", { count: of.fewest_bidders })}</li>
      <li>{t(of.is_open_to_unregistered ? "notice.open_to_all" : "notice.registered_only")}</li>
      <li>
        {of.is_price_scored
          ? t("notice.price_weight", {
              least: Number(of.price_weight_minimum),
              most: Number(of.price_weight_maximum),
            })
          : t("notice.price_unscored")}
      </li>
      {of.asks_final_offers && <li>{t("notice.final_offers")}</li>}
      <li className="soft">{t("ui.deadline.rule", { rule: of.source })}</li>
    </ul>
  );
}
