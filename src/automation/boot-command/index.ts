/** Everything about scripts, in one piece: commands load it when they need it. */
export { type Check, parseChecksDocument, type SecretSource } from './checks-document.ts';
export { estimate } from './estimate.ts';
export { type LintReport, lintBootCommand, lintStepsDocument } from './lint.ts';
export { parseBootCommand } from './parser.ts';
export { runSteps, type StepDone } from './runner.ts';
export { describePlace } from './script-source.ts';
export { everyStep, type Step } from './step.ts';
export { StepConditions } from './step-conditions.ts';
export { parseStepsDocument } from './steps-document.ts';
export { vdoSteps } from './vdo.ts';
