// Stateless functions from samples to samples over addresses in one small arena: see ../README.md for their ABI.
export { reserve } from './arena';
export { unpackBits, unpack12, widen24, widen40 } from './bit-unpacking';
export { swap16, swap32, swap64 } from './byte-order';
export { interleave } from './planes';
export { fit, normalise } from './stored-bits';
export { ybrFullToRgb8, ybrFullToRgb16, ybrPartialToRgb8, expand422 } from './colour';
export { lookUp8To8, lookUp8To16, lookUp8To32, lookUp16To8, lookUp16To16, lookUp16To32 } from './lookup-tables';
export { gray8ToRgba, gray16ToRgba, palette8ToRgb, palette16ToRgb, palette8ToRgb16, palette16ToRgb16 } from './lookup-tables';
export { rgbToRgba } from './rgba';
