import { AuthenticationError, connect } from 'rfbctl';
import { serve } from 'rfbctl/testing';

await using server = await serve({ password: 'sesame' });
const address = process.argv[2] ?? server.address;

// #region object
await using vm = await connect(address, { credentials: { password: 'sesame' } });
// #endregion
console.log(`connected to ${vm.desktopName}`);

// #region callback
const careful = connect(address, {
  // Asked only when the server wants to know; the time that it takes is not counted.
  credentials: async (wanted) => ({ password: wanted.includes('password') ? await askUser() : undefined }),
  // Without this, a connection that shows its password to everybody would do as well.
  security: ['vncauth'],
});
try {
  await careful;
} catch (error) {
  if (!(error instanceof AuthenticationError)) throw error;
  console.log(`${error.code}: the server says "${error.reason}"`);
}
// #endregion

async function askUser(): Promise<string> {
  return 'open!';
}
