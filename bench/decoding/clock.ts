/** How decoders are told to measure processor time instead of the clock's. */
export const CLOCK_VARIABLE = 'RFBCTL_BENCH_CLOCK';

/** Seconds since some moment. */
export const now: () => number =
  process.env[CLOCK_VARIABLE] === 'cpu'
    ? () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      }
    : () => performance.now() / 1000;
