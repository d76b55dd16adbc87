/** Text in quotation marks, as it is: what is hostile in it is made visible when it is shown, and only then. */
export function quoted(text: string): string {
  return `"${text}"`;
}
