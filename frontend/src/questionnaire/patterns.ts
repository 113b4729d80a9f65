/**
 * Patterns of `regex(value, 'pattern')`: the subset described in app/surveys/questionnaires/patterns.py, whose twin this is.
 * The pattern is read and written anew with every character escaped, so no engine sees what was typed.
 */

const VALUE_LIMIT = 200;
const PATTERN_LIMIT = 100;
const REPEAT_LIMIT = 100;
const OPEN_REPEATS = 3;
const PUNCTUATION = ".^$*+?()[]{}|/\\-";
const SPECIAL = "^$*+?()[]{}|\\";
const COUNT = /^\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}/;

class NotAllowed extends Error {
  constructor(readonly found: string) {
    super(found);
  }
}

/** The part of `pattern` that lies outside the subset; null when all of it is allowed. */
export function patternFault(pattern: string): string | null {
  try {
    compiled(pattern);
    return null;
  } catch (fault) {
    if (fault instanceof NotAllowed) return fault.found;
    throw fault;
  }
}

/** Whether an allowed `pattern` fits the whole of `value`; values longer than 200 characters never fit. */
export function fits(value: string, pattern: string): boolean {
  return [...value].length <= VALUE_LIMIT && compiled(pattern).test(value);
}

function compiled(pattern: string): RegExp {
  const characters = [...pattern];
  if (characters.length === 0 || characters.length > PATTERN_LIMIT) {
    throw new NotAllowed(characters.slice(0, 20).join(""));
  }
  return new RegExp(`^(?:${new Reader(characters).alternatives()})$`, "su");
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;
const escaped = (character: string): string => `\\u{${codeOf(character).toString(16)}}`;

class Reader {
  private at = 0;

  constructor(private readonly pattern: string[]) {}

  private peek(ahead = 0): string {
    return this.pattern[this.at + ahead] ?? "";
  }

  private take(): string {
    const taken = this.peek();
    this.at += 1;
    return taken;
  }

  alternatives(): string {
    const parts = [this.sequence()];
    while (this.peek() === "|") {
      this.take();
      parts.push(this.sequence());
    }
    if (this.peek() !== "") throw new NotAllowed(this.peek());
    return parts.join("|");
  }

  private sequence(): string {
    let out = "";
    let openRepeats = 0;
    if (this.peek() === "^") this.take();
    while (!["", "|", "$"].includes(this.peek())) {
      out += this.atom();
      const repeat = this.repeat();
      if (repeat.includes(",") || ["?", "*", "+"].includes(repeat)) openRepeats += 1;
      out += repeat;
    }
    if (this.peek() === "$") this.take();
    if (openRepeats > OPEN_REPEATS) throw new NotAllowed(this.pattern.slice(0, 20).join(""));
    return out;
  }

  private atom(): string {
    const character = this.take();
    if (character === "[") return this.charset();
    if (character === "\\") {
      if (this.peek() === "d") {
        this.take();
        return "[0-9]";
      }
      return escaped(this.punctuation());
    }
    if (SPECIAL.includes(character)) throw new NotAllowed(character);
    return character === "." ? "." : escaped(character);
  }

  private punctuation(): string {
    const character = this.take();
    if (character === "" || !PUNCTUATION.includes(character)) throw new NotAllowed("\\" + character);
    return character;
  }

  private charset(): string {
    const negated = this.peek() === "^";
    if (negated) this.take();
    let items = "";
    while (this.peek() !== "]") items += this.span();
    this.take();
    if (items === "") throw new NotAllowed("[]");
    return `[${negated ? "^" : ""}${items}]`;
  }

  private span(): string {
    if (this.peek() === "\\" && this.peek(1) === "d") {
      this.at += 2;
      return "0-9";
    }
    const low = this.member();
    if (this.peek() !== "-" || ["", "]"].includes(this.peek(1))) return escaped(low);
    this.take();
    const high = this.member();
    if (codeOf(high) < codeOf(low)) throw new NotAllowed(`${low}-${high}`);
    return `${escaped(low)}-${escaped(high)}`;
  }

  private member(): string {
    const character = this.take();
    if (character === "\\") return this.punctuation();
    if (character === "" || character === "[") throw new NotAllowed(character || "[");
    return character;
  }

  private repeat(): string {
    if (["?", "*", "+"].includes(this.peek())) return this.take();
    if (this.peek() !== "{") return "";
    const count = COUNT.exec(this.pattern.slice(this.at, this.at + 9).join(""));
    if (count === null) throw new NotAllowed("{");
    this.at += count[0].length;
    const low = Number(count[1]);
    const high = Number(count[3] ?? count[1]);
    if (low > high || high > REPEAT_LIMIT) throw new NotAllowed(count[0]);
    return count[0];
  }
}
