export { parameters, header, strip, failure } from '../kernel/blocks';
export { arrived, begin } from '../kernel/input';
export { border } from './border-stripes';
export { open, step } from './frame';
