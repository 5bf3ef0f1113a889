export { parameters, header, strip, failure } from '../kernel/blocks';
export { begin } from '../kernel/input';
export { open, step } from './frame';
