/** Lengths of time as procps and shadow show them. */

/** `1 day,  2:03`, `12 min`: what uptime says after `up`. */
export function upText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const day = days === 0 ? "" : `${days} day${days === 1 ? "" : "s"}, `;
  return hours === 0 ? `${day}${minutes} min` : `${day}${String(hours).padStart(2)}:${pad(minutes)}`;
}

/** [[dd-]hh:]mm:ss, as ps -o etime; `full` always has hours. */
export function clockText(seconds: number, full: boolean): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const tail = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(Math.floor(seconds % 60))}`;
  if (days > 0) return `${full ? String(days) : pad(days)}-${pad(hours)}:${tail}`;
  return full || hours > 0 ? `${pad(hours)}:${tail}` : tail;
}

export function pad(value: number): string {
  return String(value).padStart(2, "0");
}
