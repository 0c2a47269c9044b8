import type { Trace } from './trace.ts';

/** The trace itself, or a new one in the folder of that name, which whoever asked is then to close. */
export async function openTrace(
  trace: string | Trace,
  target: string,
): Promise<{ readonly trace: Trace; readonly owned: boolean }> {
  if (typeof trace !== 'string') return { trace, owned: false };
  // Most programs leave none.
  const { Trace } = await import('./trace.ts');
  return { trace: await Trace.create(trace, { target }), owned: true };
}
