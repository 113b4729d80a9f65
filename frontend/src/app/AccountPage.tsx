import { OwnAccount } from "../features/accounts/OwnAccount";
import { Mailbox } from "../features/notifications/Mailbox";

/** One's own account, and where one wants to be mailed: the two rooms meet only here. */
export default function AccountPage() {
  return (
    <OwnAccount>
      <Mailbox />
    </OwnAccount>
  );
}
