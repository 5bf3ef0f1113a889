/*
 * libjpeg-turbo through the API of libjpeg, with its defaults: the accurate integer IDCT and smooth upsampling, colour to RGB.
 * More than 8 bits, and with them most of lossless JPEG, are in version 3; its functions are weak, so that the headers and the
 * library of version 2 do.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
#include "decoder.h"

typedef short *Row16;
#pragma weak jpeg12_read_scanlines
#pragma weak jpeg16_read_scanlines
JDIMENSION jpeg12_read_scanlines(j_decompress_ptr, Row16 *, JDIMENSION);
JDIMENSION jpeg16_read_scanlines(j_decompress_ptr, Row16 *, JDIMENSION);

static jmp_buf refused;

static void refuse(j_common_ptr codec) {
  codec->err->output_message(codec);
  longjmp(refused, 1);
}

size_t decode_frame(const unsigned char *bytes, size_t length, unsigned char **samples) {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  unsigned char *volatile output = NULL;
  codec.err = jpeg_std_error(&errors);
  errors.error_exit = refuse;
  if (setjmp(refused) != 0) {
    jpeg_destroy_decompress(&codec);
    free(output);
    return 0;
  }
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, bytes, length);
  jpeg_read_header(&codec, TRUE);
  int precision = codec.data_precision;
  if (precision > 8 && jpeg16_read_scanlines == NULL) {
    fprintf(stderr, "%d bits need libjpeg-turbo 3\n", precision);
    jpeg_destroy_decompress(&codec);
    return 0;
  }
  if (codec.num_components == 3) codec.out_color_space = JCS_RGB;
  jpeg_start_decompress(&codec);
  size_t stride = (size_t)codec.output_width * codec.output_components * (precision > 8 ? 2 : 1);
  size_t size = stride * codec.output_height;
  output = malloc(size);
  while (codec.output_scanline < codec.output_height) {
    unsigned char *row = output + stride * codec.output_scanline;
    Row16 wide = (Row16)row;
    if (precision <= 8) jpeg_read_scanlines(&codec, &row, 1);
    else if (precision <= 12) jpeg12_read_scanlines(&codec, &wide, 1);
    else jpeg16_read_scanlines(&codec, &wide, 1);
  }
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  if (samples != NULL) *samples = output;
  else free(output);
  return size;
}
