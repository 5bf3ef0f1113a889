/** Prediction (T.87 A.4.1, A.4.2) and reconstruction (A.4.4, A.4.5). */
import { maxval, near, quantum, reach, wrap } from './preset-parameters';

/** Code segment A.5: the median of Ra, Rb and Ra + Rb - Rc. */
@inline
export function predict(a: i32, b: i32, c: i32): i32 {
  const least = min(a, b), most = a + b - least;
  // Ra + Rb - Rc, with Rc held between the two.
  return a + b - min(max(c, least), most);
}

/** Code segment A.6: the prediction with the context's correction, inside the samples' range. */
@inline
export function correct(prediction: i32, correction: i32): i32 {
  const corrected = prediction + correction;
  return max(0, min(corrected, maxval()));
}

/**
 * A.4.5 and A.4.4 undone: the sample that is an error away from its prediction. `error` has its sign already.
 * @param plain errors wrap at a power of two and stand for themselves
 */
@inline
export function reconstruct(prediction: i32, error: i32, plain: bool): i32 {
  if (plain) return (prediction + error) & maxval();
  let sample = prediction + error * quantum();
  if (<u32>(sample + near()) > reach()) sample += sample < 0 ? wrap() : -wrap();
  // Broken streams may still be outside.
  return max(0, min(sample, maxval()));
}
