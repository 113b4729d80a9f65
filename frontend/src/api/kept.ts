/** Small things kept in this browser; where its storage is full or forbidden (private mode), as long as the page. */
const memory = new Map<string, string>();

export function kept(name: string): string | null {
  try {
    return memory.get(name) ?? localStorage.getItem(name);
  } catch {
    return memory.get(name) ?? null;
  }
}

export function keep(name: string, value: string | null): void {
  memory.delete(name);
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    if (value !== null) memory.set(name, value);
  }
}

/** Removes everything whose name begins so. */
export function forget(beginning: string): void {
  for (const name of [...memory.keys(), ...storedNames()]) if (name.startsWith(beginning)) keep(name, null);
}

function storedNames(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}
