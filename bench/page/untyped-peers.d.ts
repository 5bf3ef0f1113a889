// Peers without types: modules of @cornerstonejs/dicom-image-loader, by the names that chromium.ts gives them in the page's
// build, and the decoder of lossless JPEG.
declare module 'image-loader-rle' {
  const decode: unknown;
  export default decode;
}

declare module 'image-loader-jpeg' {
  const decoder: unknown;
  export default decoder;
}

declare module 'jpeg-lossless-decoder-js' {
  export const Decoder: unknown;
}
