import { connect, lintBootCommand, parseBootCommand, runSteps } from 'rfbctl';

const [address = 'demo:'] = process.argv.slice(2);

// #region run
const script = `
  <wait-text "login:" 2m>root<enter>
  <wait-text "Password:">\${password}<enter>
  <if "Login incorrect" 1s><fail "the password is wrong"><endif>
  <wait-text /[$#]$/m>uname -a<enter><wait-stable 300ms>`;
const steps = parseBootCommand(script, { variables: { password: { secret: 'secret' } } });

await using vm = await connect(address);
await runSteps(vm, steps, {
  onStep: ({ number, step }) => console.log(`${number} ${step.source}`),
});
// #endregion

// #region lint
const { findings, estimate } = lintBootCommand('<Wait5>root<entr>', { dialect: 'packer' });
for (const { place, message, suggestion } of findings) console.log(`${place.column}: ${message}: ${suggestion}?`);
console.log(`${estimate?.leastMs} ms`);
// #endregion
