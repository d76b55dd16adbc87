/** How much smaller it became, as gzip and tar print it: ` 33.3%`, `-33.3%`. */
export function ratio(plainBytes: number, packedBytes: number): string {
  const part = plainBytes === 0 ? 0 : ((plainBytes - packedBytes) * 100) / plainBytes;
  return `${part.toFixed(1).padStart(5)}%`;
}
