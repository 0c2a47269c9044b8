const UNIT_MS: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1 },
  ...{ s: 1000, m: 60_000, h: 3_600_000 },
};

const PART = /(\d{1,12}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)/y;

/** `500ms`, `1m30s`, `1.5h`; a bare number is seconds. Undefined for what is none. */
export function durationMs(text: string): number | undefined {
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  let sum = 0;
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const [whole, number, unit = ''] = PART.exec(text) ?? [];
    if (whole === undefined) return undefined;
    sum += Number(number) * (UNIT_MS[unit] ?? 0);
    at += whole.length;
  }
  return at === 0 ? undefined : sum;
}
