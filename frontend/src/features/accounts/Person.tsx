/** Who somebody is: name, user name, and what else there is to say. */
export function Person({ name, username, more }: { name: string; username: string; more: string }) {
  return (
    <span>
      <strong>{name}</strong> <span className="soft">{username}</span>
      <br />
      <span className="soft">{more}</span>
    </span>
  );
}
