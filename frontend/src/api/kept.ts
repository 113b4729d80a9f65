/** Small choices kept in this browser. A browser that keeps nothing (private mode) is no reason to fail. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Full or forbidden storage: the choice lasts as long as the page.
  }
}
