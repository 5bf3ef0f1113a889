/*
 * libjpeg-turbo 3 through its own API, TurboJPEG 3, which decodes lossless JPEG and more than 8 bits, with its defaults: the
 * accurate integer IDCT and smooth upsampling; colour to RGB. What it takes of that API is declared here: where the library
 * comes without headers, it does without.
 */
#include <stdio.h>
#include <stdlib.h>
#include "decoder.h"

enum { DECOMPRESS = 1 };
enum { JPEG_WIDTH = 5, JPEG_HEIGHT = 6, PRECISION = 7, COLOUR_SPACE = 8 };
enum { COLOUR_SPACE_GRAY = 2 };
enum { PIXELS_RGB = 0, PIXELS_GRAY = 6 };

void *tj3Init(int kind);
void tj3Destroy(void *codec);
int tj3DecompressHeader(void *codec, const unsigned char *bytes, size_t length);
int tj3Get(void *codec, int parameter);
int tj3Decompress8(void *codec, const unsigned char *bytes, size_t length, unsigned char *to, int pitch, int pixels);
int tj3Decompress12(void *codec, const unsigned char *bytes, size_t length, short *to, int pitch, int pixels);
int tj3Decompress16(
    void *codec, const unsigned char *bytes, size_t length, unsigned short *to, int pitch, int pixels);
char *tj3GetErrorStr(void *codec);

size_t decode_frame(const unsigned char *bytes, size_t length, unsigned char **samples) {
  void *codec = tj3Init(DECOMPRESS);
  unsigned char *output = NULL;
  size_t size = 0;
  int status = tj3DecompressHeader(codec, bytes, length);
  if (status == 0) {
    int precision = tj3Get(codec, PRECISION), gray = tj3Get(codec, COLOUR_SPACE) == COLOUR_SPACE_GRAY;
    int pixels = gray ? PIXELS_GRAY : PIXELS_RGB;
    size = (size_t)tj3Get(codec, JPEG_WIDTH) * tj3Get(codec, JPEG_HEIGHT) * (gray ? 1 : 3) * (precision > 8 ? 2 : 1);
    output = malloc(size);
    if (precision <= 8) status = tj3Decompress8(codec, bytes, length, output, 0, pixels);
    else if (precision <= 12) status = tj3Decompress12(codec, bytes, length, (short *)output, 0, pixels);
    else status = tj3Decompress16(codec, bytes, length, (unsigned short *)output, 0, pixels);
  }
  if (status != 0) fprintf(stderr, "%s\n", tj3GetErrorStr(codec));
  tj3Destroy(codec);
  if (status == 0 && samples != NULL) *samples = output;
  else free(output);
  return status == 0 ? size : 0;
}
