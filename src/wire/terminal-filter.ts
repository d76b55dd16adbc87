/**
 * Lets a recorded terminal be shown on an operator's own: what draws passes, everything else is dropped. Dropped are all sequences that
 * make a terminal answer (DA, DSR, DECRQSS, window reports, ENQ), write the clipboard (OSC 52) or a title (OSC, CSI t), leave the screen
 * (alternate screens, scroll regions, resets), report the mouse, print, or switch character sets. It is a list of what is allowed, so a
 * sequence that nobody thought of is dropped too. Reference: ECMA-48, and the xterm control sequences document.
 *
 * Works on text, cut anywhere: state is kept between calls. 8-bit controls (U+0080-U+009F) are treated as their 7-bit forms.
 */
export class TerminalFilter {
  #state: State = "ground";
  #sequence = "";

  /** The part of `text` that may be shown. */
  push(text: string): string {
    let shown = "";
    for (const character of text) shown += this.#take(character);
    return shown;
  }

  #take(character: string): string {
    const code = character.codePointAt(0) ?? 0;
    // CAN and SUB abort any sequence; a new ESC or 8-bit introducer starts afresh, from wherever we were.
    if (code === 0x18 || code === 0x1a) return this.#enter("ground");
    if (code === 0x1b) return this.#enter(this.#state === "string" ? "string-escape" : "escape");
    if (code >= 0x80 && code <= 0x9f) return this.#eightBit(code);
    return STATES[this.#state].call(this, character, code);
  }

  ground(character: string, code: number): string {
    return code >= 0x20 && code !== 0x7f ? character : ALLOWED_CONTROLS.has(code) ? character : "";
  }

  escape(character: string, code: number): string {
    if (character === "[") return this.#enter("control");
    if ("]PX^_".includes(character)) return this.#enter("string");
    if (code >= 0x20 && code <= 0x2f) return this.#enter("escape-intermediate");
    this.#enter("ground");
    return character === "7" || character === "8" || character === "M" ? `\x1b${character}` : "";
  }

  escapeIntermediate(_: string, code: number): string {
    return code >= 0x30 && code <= 0x7e ? this.#enter("ground") : "";
  }

  control(character: string, code: number): string {
    if (code >= 0x40 && code <= 0x7e) return this.#endControl(character);
    if (code < 0x20) return ALLOWED_CONTROLS.has(code) ? character : "";
    this.#sequence = this.#sequence.length < MAX_PARAMETERS ? this.#sequence + character : "!";
    return "";
  }

  string(_: string, code: number): string {
    return code === 0x07 ? this.#enter("ground") : "";
  }

  stringEscape(character: string, code: number): string {
    // ESC \ ends the string; any other escape ends it too and starts its own sequence.
    return character === "\\" ? this.#enter("ground") : this.escape(character, code);
  }

  #eightBit(code: number): string {
    if (code === 0x9b) return this.#enter("control");
    if ([0x90, 0x98, 0x9d, 0x9e, 0x9f].includes(code)) return this.#enter("string");
    return this.#enter(this.#state === "string" && code !== 0x9c ? "string" : "ground");
  }

  #endControl(final: string): string {
    const parameters = this.#sequence;
    this.#enter("ground");
    const plain = /^[0-9;:]*$/.test(parameters) && DRAWING_FINALS.includes(final);
    const cursor = parameters === "?25" && (final === "h" || final === "l");
    return plain || cursor ? `\x1b[${parameters}${final}` : "";
  }

  #enter(state: State): string {
    this.#state = state;
    this.#sequence = "";
    return "";
  }
}

/** Puts an operator's terminal back in order after a replay: attributes off, cursor shown. */
export const RESTORE_TERMINAL = "\x1b[0m\x1b[?25h";

type State = "ground" | "escape" | "escape-intermediate" | "control" | "string" | "string-escape";
type Step = (this: TerminalFilter, character: string, code: number) => string;

const STATES: Readonly<Record<State, Step>> = {
  ground: TerminalFilter.prototype.ground,
  escape: TerminalFilter.prototype.escape,
  "escape-intermediate": TerminalFilter.prototype.escapeIntermediate,
  control: TerminalFilter.prototype.control,
  string: TerminalFilter.prototype.string,
  "string-escape": TerminalFilter.prototype.stringEscape,
};

const MAX_PARAMETERS = 64;

/** BEL is left out: a replay should not ring. BS HT LF VT FF CR move the cursor. */
const ALLOWED_CONTROLS: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);

/** ICH CUU CUD CUF CUB CNL CPL CHA CUP CHT ED EL IL DL DCH SU SD ECH CBT HPA REP VPA HVP SGR. */
const DRAWING_FINALS = "@ABCDEFGHIJKLMPSTXZ`bdfm";
