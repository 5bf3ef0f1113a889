/* What each library's file gives to main.c. */
#include <stddef.h>

/*
 * Decodes one frame from memory and releases all that it took, but for `*samples`: where `samples` is given, the samples as
 * cineloop lays them out (by pixel, 8 or 16 bits, of this machine's byte order), in memory of malloc. Where it is not, they
 * are left in the form that the library gives.
 * Returns their length in bytes, or 0 with a line on standard error where the library refuses the frame.
 */
size_t decode_frame(const unsigned char *bytes, size_t length, unsigned char **samples);
