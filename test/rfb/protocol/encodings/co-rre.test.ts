import { coRre } from '../../../../src/rfb/protocol/encodings/co-rre.ts';
import { describeSubrects } from '../../../support/subrect-cases.ts';

describeSubrects(coRre, (...fields) => [...fields]);
