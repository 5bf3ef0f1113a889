export { parameters, header, strip, failure } from '../kernel/blocks';
export { arrived, begin } from '../kernel/input';
export { open, step } from './frame';
