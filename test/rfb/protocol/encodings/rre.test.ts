import { rre } from '../../../../src/rfb/protocol/encodings/rre.ts';
import { u16 } from '../../../support/decode.ts';
import { describeSubrects } from '../../../support/subrect-cases.ts';

describeSubrects(rre, (...fields) => fields.flatMap((field) => u16(field)));
