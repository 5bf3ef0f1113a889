/** The attributes of the Image Pixel module that decoding needs, named by their keywords (PS3.3 C.7.6.3). */
export interface ImagePixel {
  /** (0028,0010): rows of the image. */
  readonly rows: number;
  /** (0028,0011): columns of the image. */
  readonly columns: number;
  /** (0028,0002): samples (colour components) per pixel, 1 to 4. */
  readonly samplesPerPixel: number;
  /** (0028,0100): bits that each sample occupies: 1, 8, 16, 24, 32, 40, 64; 12 for packed native data. */
  readonly bitsAllocated: number;
  /** (0028,0101): bits of each sample that are used. */
  readonly bitsStored: number;
  /** (0028,0102): the most significant bit of a sample. */
  readonly highBit: number;
  /** (0028,0103): 0 unsigned, 1 two's complement. */
  readonly pixelRepresentation: 0 | 1;
  /** (0028,0006): 0 colour by pixel, 1 colour by plane. Meaningful for native frames only. */
  readonly planarConfiguration: 0 | 1;
  /** (0028,0004), e.g. `MONOCHROME2`, `YBR_FULL_422`. */
  readonly photometricInterpretation: string;
  /** Which element holds the pixels: integers (7FE0,0010), float (7FE0,0008), double float (7FE0,0009). */
  readonly pixelData: 'integer' | 'float' | 'double';
  /** VR that the pixel data element has or would have; decides what a byte swap covers in big endian (PS3.5 A.3). */
  readonly pixelDataVr: 'OB' | 'OW' | 'OF' | 'OD' | 'UN';
}
