/* OpenJPEG, on one thread: a codestream in memory to its component planes of 32 bits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openjpeg.h>
#include "decoder.h"

struct memory {
  const unsigned char *bytes;
  size_t length, at;
};

static OPJ_SIZE_T read_bytes(void *target, OPJ_SIZE_T wanted, void *data) {
  struct memory *memory = data;
  size_t left = memory->length - memory->at;
  if (left == 0) return (OPJ_SIZE_T)-1;
  size_t count = wanted < left ? wanted : left;
  memcpy(target, memory->bytes + memory->at, count);
  memory->at += count;
  return count;
}

static OPJ_BOOL seek_to(OPJ_OFF_T at, void *data) {
  struct memory *memory = data;
  if (at < 0 || (size_t)at > memory->length) return OPJ_FALSE;
  memory->at = (size_t)at;
  return OPJ_TRUE;
}

static OPJ_OFF_T skip(OPJ_OFF_T count, void *data) {
  struct memory *memory = data;
  return seek_to((OPJ_OFF_T)memory->at + count, data) ? count : -1;
}

static void complain(const char *message, void *data) {
  (void)data;
  fputs(message, stderr);
}

/* By pixel, in 8 or 16 bits. */
static unsigned char *by_pixel(const opj_image_t *image, size_t *size) {
  size_t pixels = (size_t)image->comps[0].w * image->comps[0].h, components = image->numcomps;
  int wide = image->comps[0].prec > 8;
  *size = pixels * components << wide;
  unsigned char *samples = malloc(*size);
  for (size_t c = 0; c < components; c++) {
    for (size_t i = 0; i < pixels; i++) {
      int value = image->comps[c].data[i];
      if (wide) ((unsigned short *)samples)[i * components + c] = (unsigned short)value;
      else samples[i * components + c] = (unsigned char)value;
    }
  }
  return samples;
}

size_t decode_frame(const unsigned char *bytes, size_t length, unsigned char **samples) {
  struct memory memory = {bytes, length, 0};
  int boxes = length > 8 && memcmp(bytes + 4, "jP  ", 4) == 0;
  opj_codec_t *codec = opj_create_decompress(boxes ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
  opj_stream_t *stream = opj_stream_create(1 << 20, OPJ_TRUE);
  opj_image_t *image = NULL;
  opj_dparameters_t parameters;
  size_t size = 0;
  opj_set_error_handler(codec, complain, NULL);
  opj_stream_set_user_data(stream, &memory, NULL);
  opj_stream_set_user_data_length(stream, length);
  opj_stream_set_read_function(stream, read_bytes);
  opj_stream_set_seek_function(stream, seek_to);
  opj_stream_set_skip_function(stream, skip);
  opj_set_default_decoder_parameters(&parameters);
  if (opj_setup_decoder(codec, &parameters) && opj_read_header(stream, codec, &image) &&
      opj_decode(codec, stream, image)) {
    size = (size_t)image->comps[0].w * image->comps[0].h * image->numcomps;
    if (samples != NULL) *samples = by_pixel(image, &size);
  }
  opj_image_destroy(image);
  opj_stream_destroy(stream);
  opj_destroy_codec(codec);
  return size;
}
