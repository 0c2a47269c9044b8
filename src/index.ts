/** rfbctl: see, type into and test every RFB (VNC) console. */
export type {
  Activity,
  OnActivity,
  Sight,
  WaitResult,
  WaitTask,
} from './automation/activity.ts';
export type { Estimate, EstimateOptions } from './automation/boot-command/estimate.ts';
export type { KeyTiming } from './automation/boot-command/key-timing.ts';
export {
  type LintFinding,
  type LintOptions,
  type LintReport,
  type LintRule,
  lintBootCommand,
} from './automation/boot-command/lint.ts';
export { type BootCommandOptions, type Dialect, parseBootCommand } from './automation/boot-command/parser.ts';
export {
  type RunReport,
  type RunStepsOptions,
  runSteps,
  type ScriptedConsole,
  type StepDone,
} from './automation/boot-command/runner.ts';
export { ScriptError } from './automation/boot-command/script-source.ts';
export type {
  Place,
  Repetition,
  Step,
  StepAction,
  StepCondition,
  StepTarget,
} from './automation/boot-command/step.ts';
export { parseStepsDocument, type StepsDocumentOptions } from './automation/boot-command/steps-document.ts';
export type { ScriptVariable, ScriptVariables } from './automation/boot-command/variables.ts';
export { type VdoOptions, vdoSteps } from './automation/boot-command/vdo.ts';
export type { CaptureOptions } from './automation/capture.ts';
export {
  type ConnectOptions,
  Console,
  type ConsoleEvents,
  type ConsoleOptions,
  connect,
  type PasteOptions,
  type ScreenshotOptions,
  type UntilOptions,
} from './automation/console.ts';
export {
  ConsoleScreen,
  type ConsoleScreenOptions,
  type FindOptions,
  type Found,
  type ReadingOptions,
  type WaitForImageOptions,
  type WaitForScreenOptions,
} from './automation/console-screen.ts';
export type { DialOptions } from './automation/dial-console.ts';
export { encodeImage, type ImageFormat, imageFormatOf, imageFormats, readPng } from './automation/image-file.ts';
export {
  Keyboard,
  type KeyboardOptions,
  type KeyMode,
  type KeyOptions,
  type PressOptions,
  type RawKeyboard,
  type TypeOptions,
} from './automation/keyboard.ts';
export { Line, type LineEvents, type LineOptions, type Reopen } from './automation/line.ts';
export { colourDistance } from './automation/matching/colour-tolerance.ts';
export { readImage, readNeedle, readNeedles, readPicture } from './automation/matching/image-files.ts';
export type { MatchOptions } from './automation/matching/matcher.ts';
export {
  type Needle,
  type NeedleArea,
  type NeedleDescription,
  parseNeedle,
  withPicture,
} from './automation/matching/needle.ts';
export type { PatternOptions } from './automation/matching/pattern.ts';
export type { PictureMatchOptions } from './automation/matching/picture-matcher.ts';
export type { LineToOptions } from './automation/open-line.ts';
export type { Clock } from './automation/pace.ts';
export type { Picture } from './automation/picture.ts';
export {
  type Button,
  type ButtonOptions,
  type ClickOptions,
  type DragOptions,
  type MoveOptions,
  type Point,
  Pointer,
  type PointerActionOptions,
  type PointerOptions,
  type RawPointer,
  type ScrollOptions,
} from './automation/pointer.ts';
export type { PointerAction, PointerDetail } from './automation/pointer-action.ts';
export type { PressedUntil, PressUntilOptions } from './automation/press-until.ts';
export { type ProbeReport, probe } from './automation/probe.ts';
export { ScreenWatch } from './automation/screen-watch.ts';
export type { SettleOptions } from './automation/settle.ts';
export { Dialogue, type DialogueOptions, type Expected, type ExpectOptions } from './automation/terminal/dialogue.ts';
export { openTerminal, type TerminalOptions } from './automation/terminal/open-terminal.ts';
export { readFont } from './automation/text/fonts/font-file.ts';
export { learnFont } from './automation/text/learn-font.ts';
export { type OcrOptions, OcrReader } from './automation/text/ocr-reader.ts';
export { OcrScreen, type OcrWord } from './automation/text/ocr-screen.ts';
export type { ScreenReader, ScreenText } from './automation/text/screen-text.ts';
export { TextReader } from './automation/text/text-reader.ts';
export { type TextGrid, type TextMatch, TextScreen } from './automation/text/text-screen.ts';
export type { TraceLimits } from './automation/trace/screen-budget.ts';
export { type Following, Trace, type TraceOptions } from './automation/trace/trace.ts';
export type {
  ProtocolNews,
  ScreenFile,
  ScreenShown,
  SightRecord,
  TraceEnd,
  TraceError,
  TraceEvent,
  TraceHeader,
  WaitBegun,
  WaitEnded,
  WaitLook,
  WireSummary,
} from './automation/trace/trace-format.ts';
export type { TypingReport } from './automation/verified-typing/verifying-typist.ts';
export { all, any, not } from './automation/waiting/combined.ts';
export type { Condition, Verdict, View } from './automation/waiting/condition.ts';
export { type ImageShownOptions, imageShown } from './automation/waiting/image-shown.ts';
export { changed, nonBlank, stable } from './automation/waiting/screen-conditions.ts';
export { type TextShownOptions, textShown } from './automation/waiting/text-shown.ts';
export {
  type Met,
  type WaitEvidence,
  type WaitForOptions,
  WaitTimeoutError,
} from './automation/waiting/wait-for.ts';
export type { Glyph, GlyphFont } from './fonts/glyph-font.ts';
export { type LayoutName, layoutNames } from './layouts/index.ts';
export * from './rfb/errors.ts';
export type { ClipboardExchange, ClipboardPeer } from './rfb/protocol/clipboard-exchange.ts';
export type { BytePipe, ReceiveBuffers } from './rfb/protocol/connection.ts';
export { type EncodingName, encodingNames } from './rfb/protocol/encodings/index.ts';
export type { Framebuffer } from './rfb/protocol/framebuffer.ts';
export type { ClipboardAction, ClipboardMessage } from './rfb/protocol/messages/clipboard-message.ts';
export type { Fence } from './rfb/protocol/messages/fence.ts';
export { type PixelFormat, type PixelFormatName, pixelFormats } from './rfb/protocol/pixel-format.ts';
export type { ProtocolVersion } from './rfb/protocol/protocol-version.ts';
export type { Cursor, DesktopSizeAnswer, LedState, Screen } from './rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
export type { Rect } from './rfb/protocol/rect.ts';
export { type SecurityTypeName, securityTypeNames } from './rfb/protocol/security/index.ts';
export type {
  Credentials,
  CredentialsProvider,
  SecurityEvent,
  SecurityOptions,
  SecurityTypeInfo,
} from './rfb/protocol/security/security-type.ts';
export type { CheckServerKey, ServerKey } from './rfb/protocol/security/server-key.ts';
export type { TlsOptions } from './rfb/protocol/security/tls/trust.ts';
export type { DecoderName } from './rfb/protocol/update-decoder.ts';
export type { DesktopSize } from './rfb/session/desktop-size.ts';
export type { Log, LogEvent } from './rfb/session/log-event.ts';
export type { SessionEvents } from './rfb/session/receiver.ts';
export {
  type SendOptions,
  Session,
  type SessionOptions,
  type WaitForEventOptions,
  type WaitOptions,
} from './rfb/session/session.ts';
export type { Negotiated, ServerInit, SessionState } from './rfb/session/session-state.ts';
export { describeAddress, listMachines, openAddress, power } from './transports/index.ts';
export type {
  ConsoleKind,
  Machine,
  Opened,
  OpenOptions,
  PowerAction,
  Terminal,
  TerminalSize,
} from './transports/transport.ts';
