/** How pveproxy reads parameters: `&` and `;` part them, `+` is a space, and only what stands between the first and the second `=` counts. */
export function parseParameters(text: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const part of text.split(/[&;]/)) {
    const [name = '', value = ''] = part.split('=');
    if (name !== '') parameters[unescapeParameter(name)] = unescapeParameter(value);
  }
  return parameters;
}

function unescapeParameter(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A parameter's value, and what is said of a wrong one. */
export function booleanOf(text: string): boolean | undefined {
  if (/^(1|on|yes|true)$/i.test(text)) return true;
  return /^(0|off|no|false)$/i.test(text) ? false : undefined;
}
